-- grain: one campaign

{{ input_union(
    columns=[
        ('campaign_code', 'varchar'),
        ('campaign_name', 'varchar'),
        ('target_group', 'varchar'),
        ('scene', 'varchar'),
        ('content_type', 'varchar'),
        ('channel', 'varchar'),
        ('budget', 'decimal(18,2)'),
        ('is_joint', 'boolean'),
        ('is_acquisition', 'boolean'),
        ('has_variants', 'boolean'),
        ('owner', 'varchar'),
        ('started_on', 'date'),
        ('ended_on', 'date'),
        ('landed_on', 'date'),
    ],
    offers=[
    ]
) }}
