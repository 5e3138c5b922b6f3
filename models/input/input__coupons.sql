-- grain: one coupon

{{ input_union('coupons') }}
