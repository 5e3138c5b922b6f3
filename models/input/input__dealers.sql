-- grain: one dealer

{{ input_union(
    columns=[
        ('dealer_code', 'varchar'),
        ('dealer_name', 'varchar'),
        ('dealer_type', 'varchar'),
        ('credit_code', 'varchar'),
        ('province_code', 'varchar'),
        ('city_code', 'varchar'),
        ('territory', 'varchar'),
        ('phone', 'varchar'),
        ('status', 'varchar'),
        ('signed_on', 'date'),
        ('landed_on', 'date'),
    ],
    offers=[
    ]
) }}
