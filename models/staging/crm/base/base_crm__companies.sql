-- grain: one landed company record, typed, with the rules it breaks

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
        {{ place_text(['province', 'city'], 'address') }} as place
    from {{ source('crm', 'companies') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.contact_name) as name_parts,
        {{ function('company_name') }}(landed.company_name) as company_parts,
        {{ function('phone') }}(landed.phone) as phone_parts,
        {{ function('credit_code') }}(landed.credit_code) as credit_code_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.company_id) as source_customer_id,
        {{ function('clean_text') }}(parsed.parent_company_id) as parent_source_organisation_id,

        -- attributes
        'organisation' as record_kind,
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
        parsed.credit_code_parts.code as credit_code,
        parsed.credit_code_parts.reason as credit_code_reason,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('parsed.city', 'parsed') }} as region_status,
        {{ function('clean_text') }}(parsed.address) as address,
        {{ function('industry_code') }}(parsed.industry_code) as industry_code,
        {{ function('clean_text') }}(parsed.owner) as account_owner,
        {{ missing_reasons([
            ('company_name', 'parsed.company_name'),
            ('phone', 'parsed.phone'),
            ('credit_code', 'parsed.credit_code'),
            ('industry_code', 'parsed.industry_code'),
            ('city_code', 'parsed.city'),
            ('address', 'parsed.address'),
        ]) }} as missing_reasons,

        -- measures: the sheet counts in 万元, whether or not a cell says so again
        {{ function('small_integer') }}(parsed.employees) as employees,
        {{ function('parse_amount') }}(
            {{ regexp_replace_all(function('clean_text') ~ '(parsed.annual_revenue_wan)', ' *万?元?$', '') }} || '万'
        ) as annual_revenue,

        -- flags
        {{ is_walk_in(
            'parsed.company_id',
            function('person_name') ~ "(parsed.company_name).reason = 'walk_in'",
            ['parsed.phone_parts.number', 'parsed.phone_parts.partial', 'parsed.credit_code_parts.code']
        ) }} as is_walk_in,

        -- dates
        {{ function('parse_date') }}(parsed.founded_on) as founded_on,

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
        coalesce(changed_at, first_seen_at) as last_seen_at
    from typed

),

final as (

    {{ with_broken_rules('dated', rules, keys=['source_customer_id'], changed_at='last_seen_at') }}

)

select * from final
