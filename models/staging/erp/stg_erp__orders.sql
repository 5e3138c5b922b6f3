-- grain: one accepted order or return order

{{ accepted(ref('base_erp__orders')) }}
