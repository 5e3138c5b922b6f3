-- grain: one landed booking of marketing spend, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_spend_id is null"),
    ('invalid_time', "month_start_on is null"),
    ('time_after_landing', "month_start_on > landed_on"),
    before_first_day('marketing', ['month_start_on']),
    ('invalid_amount', "amount is null"),
] %}

with

landed as (

    select * from {{ source('marketing', 'spend') }}

),

regions as (

    {{ match_regions('landed', 'province') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.spend_id) as source_spend_id,
        {{ function('clean_text') }}(landed.campaign_code) as campaign_code,

        -- attributes
        {{ function('recode') }}(landed.channel, 'marketing_channel') as channel,
        {{ function('recode') }}(landed.purpose, 'spend_purpose') as purpose,
        -- money is never lost over a province that nobody knows
        case
            when nullif({{ function('clean_text') }}(landed.province), '全国') is not null
                then coalesce(regions.province_code, 'unmapped')
        end as province_code,
        {{ function('recode') }}(landed.target_tier, 'target_tier') as target_tier,

        -- measures
        {{ function('parse_amount') }}(landed.amount) as amount,

        -- dates
        {{ function('parse_month') }}(landed.month) as month_start_on
    from landed
    left join regions on landed.province = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_spend_id']) }}

)

select * from final
