-- grain: one article of a source system

{{ input_union('products') }}
