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
        ('erp', ref('stg_erp__dealers'), [
            'dealer_code',
            'dealer_name',
            'dealer_type',
            'credit_code',
            'province_code',
            'city_code',
            'territory',
            'phone',
            'status',
            'signed_on',
            'landed_on',
        ]),
    ]
) }}
