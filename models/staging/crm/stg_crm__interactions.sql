-- grain: one accepted offline interaction

{{ accepted(ref('base_crm__activities')) }}
