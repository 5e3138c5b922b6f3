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
        ('marketing', ref('stg_marketing__campaigns'), [
            'campaign_code',
            'campaign_name',
            'target_group',
            'scene',
            'content_type',
            'channel',
            'budget',
            'is_joint',
            'is_acquisition',
            'has_variants',
            'owner',
            'started_on',
            'ended_on',
            'landed_on',
        ]),
    ]
) }}
