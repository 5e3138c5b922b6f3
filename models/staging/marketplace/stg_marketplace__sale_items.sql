-- grain: one sub-order with its refund

{{ accepted(ref('base_marketplace__order_items')) }}
