-- grain: one accepted contract

{{ accepted(ref('base_crm__contracts')) }}
