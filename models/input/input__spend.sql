-- grain: one booking of spend

{{ input_union(
    columns=[
        ('source_spend_id', 'varchar'),
        ('month_start_on', 'date'),
        ('channel', 'varchar'),
        ('campaign_code', 'varchar'),
        ('purpose', 'varchar'),
        ('province_code', 'varchar'),
        ('target_tier', 'varchar'),
        ('amount', 'decimal(18,2)'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('marketing', ref('stg_marketing__spend'), [
            'source_spend_id',
            'month_start_on',
            'channel',
            'campaign_code',
            'purpose',
            'province_code',
            'target_tier',
            'amount',
            'landed_on',
        ]),
    ]
) }}
