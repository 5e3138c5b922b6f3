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
        ('pos', ref('stg_pos__stores'), [
            'store_code',
            'store_name',
            'store_type',
            'dealer_code',
            'province_code',
            'city_code',
            'opened_on',
            'landed_on',
        ]),
    ]
) }}
