-- grain: one order document of a source system

{{ input_union('orders') }}
