-- grain: one correction

{{ input_union('corrections') }}
