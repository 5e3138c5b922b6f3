-- grain: one campaign and customer record

{{ input_union(
    columns=[
        ('campaign_code', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('variant', 'varchar'),
        ('source_order_id', 'varchar'),
        ('sent_at', 'timestamp'),
        ('opened_at', 'timestamp'),
        ('clicked_at', 'timestamp'),
        ('converted_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
    ]
) }}
