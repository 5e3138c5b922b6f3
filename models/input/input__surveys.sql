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
        ('marketing', ref('stg_marketing__surveys'), [
            'source_response_id',
            'source_customer_id',
            'question',
            'touch_point',
            'score',
            'scale_max',
            'store_code',
            'agent_id',
            'answered_at',
            'landed_on',
        ]),
    ]
) }}
