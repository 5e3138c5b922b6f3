-- grain: one landed dealer, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "dealer_code is null"),
] %}

with

landed as (

    select * from {{ source('erp', 'dealers') }}

),

divisions as (

    {{ divisions_by_code() }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.dealer_code') }} as dealer_code,

        -- attributes
        {{ clean_text('landed.dealer_name') }} as dealer_name,
        {{ clean_text('landed.dealer_type') }} as dealer_type,
        {{ credit_code('landed.credit_code') }} as credit_code,
        {{ code_or_unmapped('divisions.province_code', clean_text('landed.region_code')) }} as province_code,
        {{ code_or_unmapped('divisions.city_code', clean_text('landed.region_code')) }} as city_code,
        {{ clean_text('landed.territory') }} as territory,
        {{ phone('landed.phone') }} as phone,
        {{ clean_text('landed.status') }} as status,

        -- dates
        {{ parse_date('landed.signed_on', var('time_zone')) }} as signed_on
    from landed
    left join divisions
        on {{ clean_text('landed.region_code') }} = divisions.code

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['dealer_code'])) }}
    from typed

)

select * from final
