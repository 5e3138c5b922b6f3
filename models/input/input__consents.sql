-- grain: one consent event

{{ input_union('consents') }}
