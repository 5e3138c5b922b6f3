-- grain: one accepted account

{{ accepted(ref('base_erp__accounts')) }}
