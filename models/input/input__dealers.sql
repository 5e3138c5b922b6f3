-- grain: one dealer

{{ input_union('dealers') }}
