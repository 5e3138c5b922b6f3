-- grain: one correction

{{ input_union(
    columns=[
        ('source_correction_id', 'varchar'),
        ('corrected_system', 'varchar'),
        ('corrected_entity', 'varchar'),
        ('corrected_record_id', 'varchar'),
        ('column_name', 'varchar'),
        ('old_value', 'varchar'),
        ('new_value', 'varchar'),
        ('reason', 'varchar'),
        ('requested_by', 'varchar'),
        ('requested_at', 'timestamp'),
        ('landed_on', 'date'),
    ],
    offers=[
        ('crm', ref('stg_crm__corrections'), [
            'source_correction_id',
            'corrected_system',
            'corrected_entity',
            'corrected_record_id',
            'column_name',
            'old_value',
            'new_value',
            'reason',
            'requested_by',
            'requested_at',
            'landed_on',
        ]),
    ]
) }}
