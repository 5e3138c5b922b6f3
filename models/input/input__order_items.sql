-- grain: one line of an order document

{{ input_union(
    columns=[
        ('source_order_id', 'varchar'),
        ('source_line_id', 'varchar'),
        ('source_product_id', 'varchar'),
        ('quantity', 'decimal(18,3)'),
        ('unit_price', 'decimal(18,4)'),
        ('discount_amount', 'decimal(18,2)'),
        ('amount', 'decimal(18,2)'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('dealer', ref('stg_dealer__order_items'), [
            'source_order_id',
            'source_line_id',
            'source_product_id',
            'quantity',
            'unit_price',
            'amount',
            'landed_on',
        ]),
        ('erp', ref('stg_erp__order_items'), [
            'source_order_id',
            'source_line_id',
            'source_product_id',
            'quantity',
            'unit_price',
            'discount_amount',
            'amount',
            'landed_on',
        ]),
        ('online_retail', ref('stg_online_retail__order_items'), [
            'source_order_id',
            'source_line_id',
            'source_product_id',
            'quantity',
            'unit_price',
            'amount',
            'landed_on',
        ]),
    ]
) }}
