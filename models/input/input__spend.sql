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
    ]
) }}
