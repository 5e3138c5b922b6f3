-- grain: one ticket

{{ input_union('tickets') }}
