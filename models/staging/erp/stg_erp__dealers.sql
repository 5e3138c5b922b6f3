-- grain: one accepted dealer

{{ accepted(ref('base_erp__dealers')) }}
