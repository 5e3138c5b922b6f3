-- grain: one accepted consent or withdrawal

{{ accepted(ref('base_crm__consents')) }}
