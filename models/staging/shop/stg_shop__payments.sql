-- grain: one payment or refund of a shop order

{{ accepted(ref('base_shop__payments')) }}
