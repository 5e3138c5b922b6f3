-- grain: one accepted delivery

{{ accepted(ref('base_erp__deliveries')) }}
