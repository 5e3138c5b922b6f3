-- grain: one landed row of a campaign, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "campaign_code is null"),
    ('invalid_time', "started_on is null or ended_on is null"),
    before_first_day('marketing', ['started_on', 'ended_on']),
    ('times_out_of_order', "ended_on < started_on"),
    ('invalid_amount', "has_unreadable_budget or budget < 0"),
] %}

with

landed as (

    select * from {{ source('marketing', 'campaigns') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.campaign_code) as campaign_code,

        -- attributes
        {{ function('clean_text') }}(landed.campaign_name) as campaign_name,
        {{ function('recode') }}(landed.target_group, 'target_group') as target_group,
        {{ function('clean_text') }}(landed.scene) as scene,
        {{ function('recode') }}(landed.content_type, 'content_type') as content_type,
        {{ function('recode') }}(landed.channel, 'marketing_channel') as channel,
        {{ function('clean_text') }}(landed.owner) as owner, -- noqa: RF04

        -- flags
        {{ function('parse_boolean') }}(landed.is_joint) as is_joint,
        {{ function('parse_boolean') }}(landed.is_acquisition) as is_acquisition,
        {{ function('clean_text') }}(landed.ab_test) is not null as has_variants,
        {{ is_unreadable('landed.budget', 'parse_amount') }}
            as has_unreadable_budget,

        -- measures
        {{ function('parse_amount') }}(landed.budget) as budget,

        -- dates
        {{ function('parse_date') }}(landed.start_on) as started_on,
        {{ function('parse_date') }}(landed.end_on) as ended_on
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['campaign_code']) }}

)

select * from final
