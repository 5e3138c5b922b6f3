-- grain: one coupon

{{ input_union(
    columns=[
        ('coupon_no', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('campaign_code', 'varchar'),
        ('face_value', 'decimal(18,2)'),
        ('minimum_spend', 'decimal(18,2)'),
        ('used_source_order_id', 'varchar'),
        ('expires_on', 'date'),
        ('issued_at', 'timestamp'),
        ('used_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('marketing', ref('stg_marketing__coupons'), [
            'coupon_no',
            'source_customer_id',
            'campaign_code',
            'face_value',
            'minimum_spend',
            'used_source_order_id',
            'expires_on',
            'issued_at',
            'used_at',
            'landed_on',
        ]),
    ]
) }}
