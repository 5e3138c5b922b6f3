-- grain: one marketplace order

{{ accepted(ref('base_marketplace__orders')) }}
