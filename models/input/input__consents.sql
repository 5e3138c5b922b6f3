-- grain: one consent event

{{ input_union(
    columns=[
        ('source_consent_id', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('purpose', 'varchar'),
        ('channel', 'varchar'),
        ('is_granted', 'boolean'),
        ('changed_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('app', ref('stg_app__consents'), [
            'source_consent_id',
            'source_customer_id',
            'purpose',
            'channel',
            'is_granted',
            'changed_at',
            'landed_on',
        ]),
        ('crm', ref('stg_crm__consents'), [
            'source_consent_id',
            'source_customer_id',
            'purpose',
            'channel',
            'is_granted',
            'changed_at',
            'landed_on',
        ]),
    ]
) }}
