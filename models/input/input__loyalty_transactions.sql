-- grain: one movement of points

{{ input_union('loyalty_transactions') }}
