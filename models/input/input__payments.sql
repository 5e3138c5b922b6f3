-- grain: one payment

{{ input_union(
    columns=[
        ('source_payment_id', 'varchar'),
        ('source_order_id', 'varchar'),
        ('amount', 'decimal(18,2)'),
        ('method', 'varchar'),
        ('status', 'varchar'),
        ('paid_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('erp', ref('stg_erp__payments'), [
            'source_payment_id',
            'source_order_id',
            'amount',
            'method',
            'paid_at',
            'landed_on',
        ]),
        ('shop', ref('stg_shop__payments'), [
            'source_payment_id',
            'source_order_id',
            'amount',
            'method',
            'status',
            'paid_at',
            'landed_on',
        ]),
    ]
) }}
