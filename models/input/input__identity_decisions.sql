-- grain: one pair of customer records that a steward decided on

{{ input_union(
    columns=[
        ('record_id_a', 'varchar'),
        ('record_id_b', 'varchar'),
        ('decision', 'varchar'),
        ('decided_on', 'date'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('stewardship', ref('stg_stewardship__identity_decisions'), [
            'record_id_a',
            'record_id_b',
            'decision',
            'decided_on',
            'landed_on',
        ]),
    ]
) }}
