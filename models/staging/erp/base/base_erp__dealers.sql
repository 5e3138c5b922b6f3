-- grain: one landed dealer, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "dealer_code is null"),
] %}
{% set region_code = function('clean_text') ~ '(landed.region_code)' %}

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
        {{ function('clean_text') }}(landed.dealer_code) as dealer_code,

        -- attributes
        {{ function('clean_text') }}(landed.dealer_name) as dealer_name,
        {{ function('clean_text') }}(landed.dealer_type) as dealer_type,
        {{ function('credit_code') }}(landed.credit_code).code as credit_code,
        {{ code_or_unmapped('divisions.province_code', region_code) }} as province_code,
        {{ code_or_unmapped('divisions.city_code', region_code) }} as city_code,
        {{ function('clean_text') }}(landed.territory) as territory,
        {{ function('phone') }}(landed.phone).number as phone,
        {{ function('clean_text') }}(landed.status) as status,

        -- dates
        {{ function('parse_date') }}(landed.signed_on) as signed_on
    from landed
    left join divisions
        on {{ function('clean_text') }}(landed.region_code) = divisions.code

),

final as (

    {{ with_broken_rules('typed', rules, keys=['dealer_code']) }}

)

select * from final
