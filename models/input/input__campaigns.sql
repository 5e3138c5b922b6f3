-- grain: one campaign

{{ input_union('campaigns') }}
