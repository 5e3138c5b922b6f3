-- grain: one landed correction, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "(source_correction_id || corrected_system || corrected_entity || corrected_record_id || column_name) is null"),
    ('invalid_time', "requested_at is null"),
    ('time_after_landing', "cast(requested_at as date) > landed_on"),
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
        {{ clean_text('landed.correction_id') }} as source_correction_id,
        lower({{ clean_text('landed.system') }}) as corrected_system,
        lower({{ clean_text('landed.entity') }}) as corrected_entity,
        {{ clean_text('landed.record_id') }} as corrected_record_id,
        lower({{ clean_text('landed.column_name') }}) as column_name,

        -- attributes
        -- an ID number leaves no base model
        case
            when lower({{ clean_text('landed.column_name') }}) = 'id_number'
                then {{ id_number_hash('landed.old_value') }}
            else {{ clean_text('landed.old_value') }}
        end as old_value,
        case
            when lower({{ clean_text('landed.column_name') }}) = 'id_number'
                then {{ id_number_hash('landed.new_value') }}
            else {{ clean_text('landed.new_value') }}
        end as new_value,
        {{ clean_text('landed.reason') }} as reason,
        {{ clean_text('landed.requested_by') }} as requested_by,

        -- timestamps
        {{ parse_timestamp('landed.requested_at', var('time_zone')) }} as requested_at
    from landed

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_correction_id'])) }}
    from typed

)

select * from final
