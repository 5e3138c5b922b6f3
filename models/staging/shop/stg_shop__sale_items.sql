-- grain: one item of a shop order

{{ accepted(ref('base_shop__order_items')) }}
