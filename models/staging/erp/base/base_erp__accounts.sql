-- grain: one landed account, typed, with the rules it breaks

{% set rules = [
    ('walk_in_customer', "is_walk_in"),
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "first_seen_at is null"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(changed_at as date) > landed_on"),
    before_first_day('erp', ['first_seen_at', 'changed_at']),
] %}

with

landed as (

    select * from {{ source('erp', 'accounts') }}

),

divisions as (

    {{ divisions_by_code() }}

),

parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash,
        {{ function('person_name') }}(landed.contact_name) as name_parts,
        {{ function('company_name') }}(landed.account_name) as company_parts,
        {{ function('phone') }}(landed.contact_phone) as phone_parts,
        {{ function('email') }}(landed.email) as email_parts,
        {{ function('credit_code') }}(landed.credit_code) as credit_code_parts
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }},

        -- keys
        {{ function('clean_text') }}(parsed.account_no) as source_customer_id,

        -- attributes
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
        parsed.credit_code_parts.code as credit_code,
        parsed.credit_code_parts.reason as credit_code_reason,
        {{ function('clean_text') }}(parsed.region_code) as region_code,
        {{ function('clean_text') }}(parsed.address) as address,
        {{ function('industry_code') }}(parsed.industry_code) as industry_code,
        {{ function('clean_text') }}(parsed.account_manager) as account_owner,
        {{ missing_reasons([
            ('company_name', 'parsed.account_name'),
            ('phone', 'parsed.contact_phone'),
            ('email', 'parsed.email'),
            ('credit_code', 'parsed.credit_code'),
            ('industry_code', 'parsed.industry_code'),
            ('city_code', 'parsed.region_code'),
            ('address', 'parsed.address'),
        ]) }} as missing_reasons,

        -- flags
        {{ is_walk_in(
            'parsed.account_no',
            function('person_name') ~ "(parsed.account_name).reason = 'walk_in'",
            [
                'parsed.phone_parts.number',
                'parsed.phone_parts.partial',
                'parsed.email_parts.address',
                'parsed.credit_code_parts.code',
            ]
        ) }} as is_walk_in,

        -- timestamps
        {{ function('parse_timestamp') }}(parsed.created_on) as first_seen_at,
        {{ function('parse_timestamp') }}(parsed.changed_on) as changed_at
    from parsed

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

    {{ with_broken_rules('placed', rules, keys=['source_customer_id'], changed_at='last_seen_at') }}

)

select * from final
