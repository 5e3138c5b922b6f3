-- grain: one contract

{{ input_union('contracts') }}
