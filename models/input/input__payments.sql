-- grain: one payment

{{ input_union('payments') }}
