-- grain: one store

{{ input_union(
    columns=[
        ('store_code', 'varchar'),
        ('store_name', 'varchar'),
        ('store_type', 'varchar'),
        ('dealer_code', 'varchar'),
        ('province_code', 'varchar'),
        ('city_code', 'varchar'),
        ('opened_on', 'date'),
        ('landed_on', 'date'),
    ],
    offers=[
    ]
) }}
