-- grain: one order document of a source system

{{ input_union(
    columns=[
        ('source_order_id', 'varchar'),
        ('document_kind', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('original_source_order_id', 'varchar'),
        ('channel', 'varchar'),
        ('platform', 'varchar'),
        ('store_code', 'varchar'),
        ('dealer_code', 'varchar'),
        ('status', 'varchar'),
        ('purpose', 'varchar'),
        ('is_gift', 'boolean'),
        ('coupon_no', 'varchar'),
        ('campaign_code', 'varchar'),
        ('document_amount', 'decimal(18,2)'),
        ('province_code', 'varchar'),
        ('city_code', 'varchar'),
        ('country', 'varchar'),
        ('ordered_at', 'timestamp'),
        ('paid_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('online_retail', ref('stg_online_retail__orders'), [
            'source_order_id',
            'document_kind',
            'source_customer_id',
            'channel',
            'country',
            'ordered_at',
            'landed_on',
        ]),
    ]
) }}
