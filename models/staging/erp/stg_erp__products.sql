-- grain: one accepted product

{{ accepted(ref('base_erp__products')) }}
