-- grain: one social interaction

{{ accepted(ref('base_social__interactions')) }}
