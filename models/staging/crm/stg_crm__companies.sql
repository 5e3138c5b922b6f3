-- grain: one accepted company record

{{ accepted(ref('base_crm__companies')) }}
