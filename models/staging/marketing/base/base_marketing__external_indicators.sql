-- grain: one landed observation of the market, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "indicator is null"),
    ('invalid_time', "month_start_on is null"),
    ('time_after_landing', "month_start_on > landed_on"),
    before_first_day('marketing', ['month_start_on']),
    ('unmapped_region', "province_code is null"),
    ('invalid_amount', "value is null"),
] %}

with

landed as (

    select * from {{ source('marketing', 'external_indicators') }}

),

regions as (

    {{ match_regions('landed', 'province') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        case
            when {{ function('clean_text') }}(landed.province) = '全国' then 'all'
            else nullif(regions.province_code, 'unmapped')
        end as province_code,
        {{ function('recode') }}(landed.indicator, 'external_indicator', keep_unknown => true) as indicator,
        coalesce({{ function('clean_text') }}(landed.subject), 'all') as subject,

        -- attributes
        {{ function('clean_text') }}(landed.unit) as unit,
        {{ function('clean_text') }}(landed.note) as note,

        -- measures: exact, so that no text becomes NaN or infinity
        try_cast({{ function('clean_text') }}(landed.value) as decimal(28, 6)) as value,

        -- dates
        {{ function('parse_month') }}(landed.month) as month_start_on
    from landed
    left join regions on landed.province = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['month_start_on', 'province_code', 'indicator', 'subject']) }}

)

select * from final
