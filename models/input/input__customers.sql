-- grain: one customer record of a source system

{{ input_union('customers') }}
