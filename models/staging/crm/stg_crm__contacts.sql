-- grain: one accepted contact record

{{ accepted(ref('base_crm__contacts')) }}
