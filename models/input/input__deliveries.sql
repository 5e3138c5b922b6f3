-- grain: one delivery

{{ input_union(
    columns=[
        ('source_delivery_id', 'varchar'),
        ('source_order_id', 'varchar'),
        ('carrier', 'varchar'),
        ('province_code', 'varchar'),
        ('city_code', 'varchar'),
        ('promised_at', 'timestamp'),
        ('shipped_at', 'timestamp'),
        ('delivered_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('erp', ref('stg_erp__deliveries'), [
            'source_delivery_id',
            'source_order_id',
            'carrier',
            'province_code',
            'city_code',
            'promised_at',
            'shipped_at',
            'delivered_at',
            'landed_on',
        ]),
        ('shop', ref('stg_shop__deliveries'), [
            'source_delivery_id',
            'source_order_id',
            'carrier',
            'province_code',
            'city_code',
            'promised_at',
            'shipped_at',
            'delivered_at',
            'landed_on',
        ]),
    ]
) }}
