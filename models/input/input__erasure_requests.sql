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
    ]
) }}
