-- grain: one landed contact record, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "first_seen_at is null"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(changed_at as date) > landed_on"),
] %}

with

landed as (

    select
        *,
        -- the street only where no office named a place
        {{ place_text(['province', 'city', 'district'], 'address') }} as place
    from {{ source('crm', 'contacts') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.contact_id') }} as source_customer_id,
        {{ clean_text('landed.company_id') }} as source_organisation_id,

        -- attributes
        'person' as record_kind,
        {{ name_clean('landed.full_name') }} as name,
        {{ name_honorific('landed.full_name') }} as name_honorific,
        {{ name_note('landed.full_name') }} as name_note,
        {{ name_script('landed.full_name') }} as name_script,
        {{ company_clean('landed.company_name') }} as company_name,
        {{ company_branch('landed.company_name') }} as company_branch,
        {{ phone('landed.mobile') }} as phone,
        {{ phone_reason('landed.mobile') }} as phone_reason,
        {{ phone_partial('landed.mobile') }} as phone_partial,
        {{ email('landed.email') }} as email,
        {{ email_reason('landed.email') }} as email_reason,
        {{ clean_text('landed.wechat_unionid') }} as unionid,
        {{ id_number_hash('landed.id_number', 'landed._landed_at') }} as id_number_hash,
        {{ id_number_reason('landed.id_number', 'landed._landed_at') }} as id_number_reason,
        {{ birth_date('landed.birth_date', 'landed._landed_at') }} as birth_date,
        {{ birth_date_reason('landed.birth_date', 'landed._landed_at') }} as birth_date_reason,
        {{ gender('landed.gender') }} as gender,
        regions.province_code,
        regions.city_code,
        coalesce({{ clean_text('landed.district') }}, regions.district) as district,
        {{ region_status('landed.city') }} as region_status,
        {{ clean_text('landed.address') }} as address,
        {{ clean_text('landed.income_band') }} as income_band,
        {{ clean_text('landed.job_title') }} as job_title,
        {{ clean_text('landed.job_level') }} as job_level,
        {{ clean_text('landed.decision_role') }} as decision_role,
        {{ clean_text('landed.owner') }} as account_owner,
        {{ missing_reasons([
            ('name', 'landed.full_name'),
            ('phone', 'landed.mobile'),
            ('email', 'landed.email'),
            ('birth_date', 'landed.birth_date'),
            ('gender', 'landed.gender'),
            ('city_code', 'landed.city'),
            ('address', 'landed.address'),
            ('income_band', 'landed.income_band'),
        ]) }} as missing_reasons,

        -- timestamps
        {{ parse_timestamp('landed.created_at', var('time_zone')) }} as first_seen_at,
        {{ parse_timestamp('landed.updated_at', var('time_zone')) }} as changed_at
    from landed
    left join regions
        on landed.place = regions.address

),

dated as (

    select
        *,
        cast(extract(year from birth_date) as integer) as birth_year,
        coalesce(changed_at, first_seen_at) as last_seen_at
    from typed

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_customer_id'], changed_at='last_seen_at')) }}
    from dated

)

select * from final
