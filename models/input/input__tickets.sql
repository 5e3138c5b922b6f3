-- grain: one ticket

{{ input_union(
    columns=[
        ('source_ticket_id', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('category', 'varchar'),
        ('is_complaint', 'boolean'),
        ('complaint_type', 'varchar'),
        ('channel', 'varchar'),
        ('touch_point', 'varchar'),
        ('source_order_id', 'varchar'),
        ('store_code', 'varchar'),
        ('agent_id', 'varchar'),
        ('wait_seconds', 'integer'),
        ('satisfaction', 'integer'),
        ('status', 'varchar'),
        ('created_at', 'timestamp'),
        ('first_response_at', 'timestamp'),
        ('resolved_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('service', ref('stg_service__tickets'), [
            'source_ticket_id',
            'source_customer_id',
            'category',
            'is_complaint',
            'complaint_type',
            'channel',
            'touch_point',
            'source_order_id',
            'store_code',
            'agent_id',
            'wait_seconds',
            'satisfaction',
            'status',
            'created_at',
            'first_response_at',
            'resolved_at',
            'landed_on',
        ]),
    ]
) }}
