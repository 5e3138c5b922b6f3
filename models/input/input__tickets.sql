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
    ]
) }}
