-- grain: one accepted correction

{{ accepted(ref('base_crm__corrections')) }}
