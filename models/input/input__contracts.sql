-- grain: one contract

{{ input_union(
    columns=[
        ('contract_no', 'varchar'),
        ('source_customer_id', 'varchar'),
        ('contract_name', 'varchar'),
        ('amount', 'decimal(18,2)'),
        ('status', 'varchar'),
        ('renews_contract_no', 'varchar'),
        ('account_owner', 'varchar'),
        ('signed_on', 'date'),
        ('started_on', 'date'),
        ('ended_on', 'date'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('crm', ref('stg_crm__contracts'), [
            'contract_no',
            'source_customer_id',
            'contract_name',
            'amount',
            'status',
            'renews_contract_no',
            'account_owner',
            'signed_on',
            'started_on',
            'ended_on',
            'landed_on',
        ]),
    ]
) }}
