-- grain: one answer

{{ input_union(
    columns=[
        ('source_response_id', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('question', 'varchar'),
        ('touch_point', 'varchar'),
        ('score', 'double'),
        ('scale_max', 'double'),
        ('store_code', 'varchar'),
        ('agent_id', 'varchar'),
        ('answered_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
    ]
) }}
