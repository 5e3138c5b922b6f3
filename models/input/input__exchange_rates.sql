-- grain: one day and currency

{{ input_union('exchange_rates') }}
