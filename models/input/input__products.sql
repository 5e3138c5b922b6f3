-- grain: one article of a source system

{{ input_union(
    columns=[
        ('source_product_id', 'varchar'),
        ('product_name', 'varchar'),
        ('category', 'varchar'),
        ('product_line', 'varchar'),
        ('aroma', 'varchar'),
        ('strength', 'decimal(5,1)'),
        ('volume_ml', 'integer'),
        ('list_price', 'decimal(18,2)'),
        ('unit_cost', 'decimal(18,2)'),
        ('barcode', 'varchar'),
        ('is_gift_box', 'boolean'),
        ('is_customised', 'boolean'),
        ('is_bundle', 'boolean'),
        ('bundle_components', 'varchar'),
        ('launched_on', 'date'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('erp', ref('stg_erp__products'), [
            'source_product_id',
            'product_name',
            'category',
            'product_line',
            'aroma',
            'strength',
            'volume_ml',
            'list_price',
            'unit_cost',
            'barcode',
            'is_gift_box',
            'is_customised',
            'is_bundle',
            'bundle_components',
            'launched_on',
            'landed_on',
        ]),
        ('online_retail', ref('stg_online_retail__products'), [
            'source_product_id',
            'product_name',
            'landed_on',
        ]),
    ]
) }}
