-- grain: one landed account, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "first_seen_at is null"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(changed_at as date) > landed_on"),
] %}

with

landed as (

    select * from {{ source('erp', 'accounts') }}

),

divisions as (

    {{ divisions_by_code() }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.account_no') }} as source_customer_id,

        -- attributes
        {{ name_clean('landed.contact_name') }} as name,
        {{ name_honorific('landed.contact_name') }} as name_honorific,
        {{ name_note('landed.contact_name') }} as name_note,
        {{ name_script('landed.contact_name') }} as name_script,
        {{ company_clean('landed.account_name') }} as company_name,
        {{ company_branch('landed.account_name') }} as company_branch,
        {{ phone('landed.contact_phone') }} as phone,
        {{ phone_reason('landed.contact_phone') }} as phone_reason,
        {{ phone_partial('landed.contact_phone') }} as phone_partial,
        {{ email('landed.email') }} as email,
        {{ email_reason('landed.email') }} as email_reason,
        {{ credit_code('landed.credit_code') }} as credit_code,
        {{ credit_code_reason('landed.credit_code') }} as credit_code_reason,
        {{ clean_text('landed.region_code') }} as region_code,
        {{ clean_text('landed.address') }} as address,
        {{ industry_code('landed.industry_code') }} as industry_code,
        {{ clean_text('landed.account_manager') }} as account_owner,
        {{ missing_reasons([
            ('company_name', 'landed.account_name'),
            ('phone', 'landed.contact_phone'),
            ('email', 'landed.email'),
            ('credit_code', 'landed.credit_code'),
            ('industry_code', 'landed.industry_code'),
            ('city_code', 'landed.region_code'),
            ('address', 'landed.address'),
        ]) }} as missing_reasons,

        -- timestamps
        {{ parse_timestamp('landed.created_on', var('time_zone')) }} as first_seen_at,
        {{ parse_timestamp('landed.changed_on', var('time_zone')) }} as changed_at
    from landed

),

placed as (

    select
        typed.*,
        {{ code_or_unmapped('divisions.province_code', 'typed.region_code') }} as province_code,
        {{ code_or_unmapped('divisions.city_code', 'typed.region_code') }} as city_code,
        case
            when typed.region_code is null then 'missing'
            when divisions.code is null then 'unmapped'
            else 'mapped'
        end as region_status,
        'organisation' as record_kind,
        coalesce(typed.changed_at, typed.first_seen_at) as last_seen_at
    from typed
    left join divisions
        on typed.region_code = divisions.code

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_customer_id'], changed_at='last_seen_at')) }}
    from placed

)

select * from final
