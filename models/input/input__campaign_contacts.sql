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
        ('marketing', ref('stg_marketing__campaign_contacts'), [
            'campaign_code',
            'source_customer_id',
            'variant',
            'source_order_id',
            'sent_at',
            'opened_at',
            'clicked_at',
            'converted_at',
            'landed_on',
        ]),
    ]
) }}
