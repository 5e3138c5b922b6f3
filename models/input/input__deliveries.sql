-- grain: one delivery

{{ input_union('deliveries') }}
