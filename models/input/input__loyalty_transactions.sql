-- grain: one movement of points

{{ input_union(
    columns=[
        ('source_transaction_id', 'varchar'),
        ('member_no', 'varchar'),
        ('transaction_type', 'varchar'),
        ('points', 'bigint'),
        ('level', 'varchar'),
        ('source_order_id', 'varchar'),
        ('occurred_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('marketing', ref('stg_marketing__loyalty_transactions'), [
            'source_transaction_id',
            'member_no',
            'transaction_type',
            'points',
            'level',
            'source_order_id',
            'occurred_at',
            'landed_on',
        ]),
    ]
) }}
