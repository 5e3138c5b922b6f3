-- grain: one accepted line of an order

{{ accepted(ref('base_erp__order_lines')) }}
