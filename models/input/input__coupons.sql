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
    ]
) }}
