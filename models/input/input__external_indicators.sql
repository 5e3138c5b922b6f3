-- grain: one month, region, indicator and subject

{{ input_union('external_indicators') }}
