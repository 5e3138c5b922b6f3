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
        ('app', ref('stg_app__interactions'), [
            'source_interaction_id',
            'family',
            'interaction_type',
            'source_customer_id',
            'platform',
            'session_id',
            'source_product_id',
            'compared_products',
            'search_term',
            'content_id',
            'content_type',
            'occurred_at',
            'landed_on',
        ]),
    ]
) }}
