-- grain: one line of a receipt

{{ accepted(ref('base_pos__receipt_items')) }}
