-- grain: one booking of spend

{{ input_union('spend') }}
