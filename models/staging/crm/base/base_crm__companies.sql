-- grain: one landed company record, typed, with the rules it breaks

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
        {{ place_text(['province', 'city'], 'address') }} as place
    from {{ source('crm', 'companies') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.company_id') }} as source_customer_id,
        {{ clean_text('landed.parent_company_id') }} as parent_source_organisation_id,

        -- attributes
        'organisation' as record_kind,
        {{ name_clean('landed.contact_name') }} as name,
        {{ name_honorific('landed.contact_name') }} as name_honorific,
        {{ name_note('landed.contact_name') }} as name_note,
        {{ name_script('landed.contact_name') }} as name_script,
        {{ company_clean('landed.company_name') }} as company_name,
        {{ company_branch('landed.company_name') }} as company_branch,
        {{ phone('landed.phone') }} as phone,
        {{ phone_reason('landed.phone') }} as phone_reason,
        {{ phone_partial('landed.phone') }} as phone_partial,
        {{ credit_code('landed.credit_code') }} as credit_code,
        {{ credit_code_reason('landed.credit_code') }} as credit_code_reason,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('landed.city') }} as region_status,
        {{ clean_text('landed.address') }} as address,
        {{ industry_code('landed.industry_code') }} as industry_code,
        {{ clean_text('landed.owner') }} as account_owner,
        {{ missing_reasons([
            ('company_name', 'landed.company_name'),
            ('phone', 'landed.phone'),
            ('credit_code', 'landed.credit_code'),
            ('industry_code', 'landed.industry_code'),
            ('city_code', 'landed.city'),
            ('address', 'landed.address'),
        ]) }} as missing_reasons,

        -- measures: the sheet counts in 万元, whether or not a cell says so again
        {{ small_integer('landed.employees') }} as employees,
        {{ parse_amount(
            regexp_replace_all(clean_text('landed.annual_revenue_wan'), ' *万?元?$', '') ~ " || '万'", var('currency')
        ) }}
            as annual_revenue,

        -- dates
        {{ parse_date('landed.founded_on', var('time_zone')) }} as founded_on,

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
