-- grain: one request

{{ input_union(
    columns=[
        ('source_request_id', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('phone', 'varchar'),
        ('email', 'varchar'),
        ('status', 'varchar'),
        ('received_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('service', ref('stg_service__erasure_requests'), [
            'source_request_id',
            'source_customer_id',
            'phone',
            'email',
            'status',
            'received_at',
            'landed_on',
        ]),
    ]
) }}
