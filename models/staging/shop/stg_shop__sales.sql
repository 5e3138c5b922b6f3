-- grain: one shop order

{{ accepted(ref('base_shop__orders')) }}
