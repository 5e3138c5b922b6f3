-- grain: one landed loyalty card, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on"),
] %}

with

landed as (

    select
        *,
        {{ clean_text('address') }} as place
    from {{ source('pos', 'members') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys: the loyalty number is the till's own number of the customer
        {{ clean_text('landed.member_no') }} as source_customer_id,
        {{ clean_text('landed.member_no') }} as member_no,

        -- attributes: cards are issued to natural persons only
        'person' as record_kind,
        {{ name_clean('landed.member_name') }} as name,
        {{ name_honorific('landed.member_name') }} as name_honorific,
        {{ name_note('landed.member_name') }} as name_note,
        {{ name_script('landed.member_name') }} as name_script,
        {{ phone('landed.mobile') }} as phone,
        {{ phone_reason('landed.mobile') }} as phone_reason,
        {{ phone_partial('landed.mobile') }} as phone_partial,
        {{ gender('landed.gender') }} as gender,
        {{ clean_text('landed.address') }} as address,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status() }} as region_status,
        {{ missing_reasons([
            ('name', 'landed.member_name'),
            ('phone', 'landed.mobile'),
            ('birth_date', 'landed.birthday'),
            ('gender', 'landed.gender'),
            ('address', 'landed.address'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_unreadable('landed.registered_on', parse_timestamp('landed.registered_on', var('time_zone'))) }}
            as has_unreadable_time,

        -- dates
        {{ birth_date('landed.birthday', 'landed._landed_at') }} as birth_date,
        {{ birth_date_reason('landed.birthday', 'landed._landed_at') }} as birth_date_reason,

        -- timestamps
        {{ parse_timestamp('landed.registered_on', var('time_zone')) }} as first_seen_at
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_customer_id'])) }}
    from typed

)

select * from final
