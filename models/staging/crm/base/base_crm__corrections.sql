-- grain: one landed correction, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "(source_correction_id || corrected_system || corrected_entity || corrected_record_id
        || column_name) is null"),
    ('invalid_time', "requested_at is null"),
    ('time_after_landing', "cast(requested_at as date) > landed_on"),
    before_first_day('crm', ['requested_at']),
] %}

with

landed as (

    select * from {{ source('crm', 'corrections') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.correction_id) as source_correction_id,
        lower({{ function('clean_text') }}(landed.system)) as corrected_system,
        lower({{ function('clean_text') }}(landed.entity)) as corrected_entity,
        {{ function('clean_text') }}(landed.record_id) as corrected_record_id,
        lower({{ function('clean_text') }}(landed.column_name)) as column_name,

        -- attributes
        -- an ID number leaves no base model
        case
            when lower({{ function('clean_text') }}(landed.column_name)) = 'id_number'
                then {{ function('id_number') }}(landed.old_value).hash
            else {{ function('clean_text') }}(landed.old_value)
        end as old_value,
        case
            when lower({{ function('clean_text') }}(landed.column_name)) = 'id_number'
                then {{ function('id_number') }}(landed.new_value).hash
            else {{ function('clean_text') }}(landed.new_value)
        end as new_value,
        {{ function('clean_text') }}(landed.reason) as reason,
        {{ function('clean_text') }}(landed.requested_by) as requested_by,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.requested_at) as requested_at
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_correction_id']) }}

)

select * from final
