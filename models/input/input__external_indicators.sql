-- grain: one month, region, indicator and subject

{{ input_union(
    columns=[
        ('month_start_on', 'date'),
        ('province_code', 'varchar'),
        ('indicator', 'varchar'),
        ('subject', 'varchar'),
        ('value', 'double'),
        ('unit', 'varchar'),
        ('note', 'varchar'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('marketing', ref('stg_marketing__external_indicators'), [
            'month_start_on',
            'province_code',
            'indicator',
            'subject',
            'value',
            'unit',
            'note',
            'landed_on',
        ]),
    ]
) }}
