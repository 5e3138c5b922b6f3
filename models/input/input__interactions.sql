-- grain: one interaction

{{ input_union('interactions') }}
