-- grain: one line of an order document

{{ input_union('order_items') }}
