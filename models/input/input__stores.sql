-- grain: one store

{{ input_union('stores') }}
