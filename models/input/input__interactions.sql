-- grain: one interaction

{{ input_union(
    columns=[
        ('source_interaction_id', 'varchar'),
        ('family', 'varchar'),
        ('interaction_type', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('platform', 'varchar'),
        ('session_id', 'varchar'),
        ('source_product_id', 'varchar'),
        ('compared_products', 'varchar'),
        ('search_term', 'varchar'),
        ('content_id', 'varchar'),
        ('content_type', 'varchar'),
        ('store_code', 'varchar'),
        ('city_code', 'varchar'),
        ('staff', 'varchar'),
        ('duration_minutes', 'double'),
        ('outcome', 'varchar'),
        ('sentiment', 'varchar'),
        ('occurred_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('crm', ref('stg_crm__interactions'), [
            'source_interaction_id',
            'family',
            'interaction_type',
            'source_customer_id',
            'store_code',
            'city_code',
            'staff',
            'duration_minutes',
            'outcome',
            'occurred_at',
            'landed_on',
        ]),
    ]
) }}
