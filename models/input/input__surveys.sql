-- grain: one answer

{{ input_union('surveys') }}
