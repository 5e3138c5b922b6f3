-- grain: one landed contact record, typed, with the rules it breaks

{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "first_seen_at is null"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(changed_at as date) > landed_on"),
    before_first_day('crm', ['first_seen_at', 'changed_at']),
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

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.full_name) as name_parts,
        {{ function('company_name') }}(landed.company_name) as company_parts,
        {{ function('phone') }}(landed.mobile) as phone_parts,
        {{ function('email') }}(landed.email) as email_parts,
        {{ function('id_number') }}(landed.id_number, landed._landed_at) as id_number_parts,
        {{ function('birth_date') }}(landed.birth_date, landed._landed_at) as birth_date_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.contact_id) as source_customer_id,
        {{ function('clean_text') }}(parsed.company_id) as source_organisation_id,

        -- attributes
        'person' as record_kind,
        parsed.name_parts.name,
        parsed.name_parts.honorific as name_honorific,
        parsed.name_parts.note as name_note,
        parsed.name_parts.reason as name_reason,
        {{ function('name_script') }}(parsed.name_parts.name) as name_script,
        parsed.company_parts.name as company_name,
        parsed.company_parts.branch as company_branch,
        parsed.phone_parts.number as phone,
        parsed.phone_parts.reason as phone_reason,
        parsed.phone_parts.partial as phone_partial,
        parsed.email_parts.address as email,
        parsed.email_parts.reason as email_reason,
        {{ function('customer_key') }}(parsed.wechat_unionid).number as unionid,
        parsed.id_number_parts.hash as id_number_hash,
        parsed.id_number_parts.reason as id_number_reason,
        parsed.birth_date_parts.date as birth_date,
        parsed.birth_date_parts.reason as birth_date_reason,
        {{ function('gender') }}(parsed.gender) as gender,
        regions.province_code,
        regions.city_code,
        coalesce({{ function('clean_text') }}(parsed.district), regions.district) as district,
        {{ region_status('parsed.city', 'parsed') }} as region_status,
        {{ function('clean_text') }}(parsed.address) as address,
        {{ function('clean_text') }}(parsed.income_band) as income_band,
        {{ function('clean_text') }}(parsed.job_title) as job_title,
        {{ function('clean_text') }}(parsed.job_level) as job_level,
        {{ function('clean_text') }}(parsed.decision_role) as decision_role,
        {{ function('clean_text') }}(parsed.owner) as account_owner,
        {{ missing_reasons([
            ('name', 'parsed.full_name'),
            ('phone', 'parsed.mobile'),
            ('email', 'parsed.email'),
            ('birth_date', 'parsed.birth_date'),
            ('gender', 'parsed.gender'),
            ('city_code', 'parsed.city'),
            ('address', 'parsed.address'),
            ('income_band', 'parsed.income_band'),
        ]) }} as missing_reasons,
        {{ is_walk_in(
            'parsed.contact_id',
            "parsed.name_parts.reason = 'walk_in'",
            [
                'parsed.phone_parts.number',
                'parsed.phone_parts.partial',
                'parsed.email_parts.address',
                'parsed.id_number_parts.hash',
                "nullif(parsed.wechat_unionid, '')",
            ]
        ) }} as is_walk_in,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.created_at) as first_seen_at,
        {{ function('parse_timestamp') }}(parsed.updated_at) as changed_at
    from parsed
    left join regions
        on parsed.place = regions.address

),

dated as (

    select
        *,
        cast(extract(year from birth_date) as integer) as birth_year,
        coalesce(changed_at, first_seen_at) as last_seen_at
    from typed

),

final as (

    {{ with_broken_rules('dated', rules, keys=['source_customer_id'], changed_at='last_seen_at') }}

)

select * from final
