-- grain: one accepted receipt or refund

{{ accepted(ref('base_erp__payments')) }}
