-- grain: one quarter and value tier: share of the spend beside the share of revenue and margin

-- Tiers as of the end of the quarter before. Bookings say which tier they aim at; the cost of a campaign is laid on the
-- tiers of those it wrote to. `none`: not a buyer then; `untargeted`: aimed at no tier and in no share.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

tiers as (

    select
        customer_id,
        value_tier,
        {{ add_days('as_of_on', 1) }} as quarter_start_on
    from {{ ref('int_value__customer_states') }}
    where
        is_month_end
        and value_tier is not null
        and date_trunc('quarter', {{ add_days('as_of_on', 1) }}) = {{ add_days('as_of_on', 1) }}

),

buyers as (

    select * from {{ ref('int_marketing__buyers') }}

),

-- the tier of the organisation where one answers for the person, the best of several
reached as (

    select
        contacts.campaign_id,
        contacts.customer_id,
        contacts.touch_count,
        {{ first_filled('tiers.value_tier', 'tier_policy.tier_rank') }} as value_tier
    from {{ ref('int_marketing__contacts') }} as contacts
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on contacts.campaign_id = campaigns.campaign_id
    inner join buyers
        on
            contacts.campaign_id = buyers.campaign_id
            and contacts.customer_id = buyers.customer_id
    left join tiers
        on
            buyers.buyer_id = tiers.customer_id
            and cast(date_trunc('quarter', campaigns.started_on) as date) = tiers.quarter_start_on
    left join {{ ref('value_tiers') }} as tier_policy
        on tiers.value_tier = tier_policy.value_tier
    where contacts.touch_count > 0
    group by contacts.campaign_id, contacts.customer_id, contacts.touch_count

),

weights as (

    select
        campaign_id,
        coalesce(value_tier, 'none') as value_tier,
        sum(touch_count) / cast(sum(sum(touch_count)) over (partition by campaign_id) as double) as weight
    from reached
    group by campaign_id, coalesce(value_tier, 'none')

),

spend as (

    select
        cast(date_trunc('quarter', spend.month_start_on) as date) as quarter_start_on,
        coalesce(spend.target_tier, weights.value_tier, 'untargeted') as value_tier,
        {{ exact_sum('spend.amount * coalesce(weights.weight, 1)') }} as spend
    from {{ ref('int_marketing__spend') }} as spend
    left join weights
        on case when spend.target_tier is null then spend.campaign_id end = weights.campaign_id
    group by
        date_trunc('quarter', spend.month_start_on), coalesce(spend.target_tier, weights.value_tier, 'untargeted')

),

sales as (

    select
        cast(date_trunc('quarter', orders.ordered_on) as date) as quarter_start_on,
        coalesce(tiers.value_tier, 'none') as value_tier,
        sum(orders.net_amount) as revenue,
        sum(orders.margin_amount) as margin_amount
    from {{ ref('int_marketing__orders') }} as orders
    left join tiers
        on
            orders.customer_number = {{ hashed_number('tiers.customer_id') }}
            and cast(date_trunc('quarter', orders.ordered_on) as date) = tiers.quarter_start_on
    group by date_trunc('quarter', orders.ordered_on), coalesce(tiers.value_tier, 'none')

),

joined as (

    select
        coalesce(spend.quarter_start_on, sales.quarter_start_on) as quarter_start_on,
        coalesce(spend.value_tier, sales.value_tier) as value_tier,
        coalesce(spend.spend, 0) as spend,
        case when spend.value_tier = 'untargeted' then 0 else coalesce(spend.spend, 0) end as targeted_spend,
        coalesce(sales.revenue, 0) as revenue,
        coalesce(sales.margin_amount, 0) as margin_amount
    from spend
    full outer join sales
        on
            spend.quarter_start_on = sales.quarter_start_on
            and spend.value_tier = sales.value_tier

),

final as (

    select
        cast(joined.quarter_start_on as date) as quarter_start_on,
        cast(joined.value_tier as string) as value_tier,
        cast(
            case joined.value_tier when 'none' then '未购买' when 'untargeted' then '未指定' else tier_labels.label_zh end
            as string
        ) as value_tier_zh,
        cast(
            case joined.value_tier
                when 'none' then 'Not a buyer' when 'untargeted' then 'Untargeted' else tier_labels.label_en
            end as string
        ) as value_tier_en,
        cast({{ months_before('joined.quarter_start_on', -3) }} <= {{ add_days('as_of.as_of_on', 1) }} as boolean)
            as is_complete,
        cast(joined.spend as decimal(18, 2)) as spend,
        cast(joined.revenue as decimal(18, 2)) as revenue,
        cast(joined.margin_amount as decimal(18, 2)) as margin_amount,
        cast(
            case
                when joined.value_tier <> 'untargeted'
                    then joined.targeted_spend / nullif({{ exact_sum('joined.targeted_spend', 'over (quarter)') }}, 0)
            end as double
        ) as spend_share,
        cast(
            cast(joined.revenue as double) / nullif(sum(joined.revenue) over (quarter), 0) as double
        ) as revenue_share,
        cast(
            cast(joined.margin_amount as double) / nullif(sum(joined.margin_amount) over (quarter), 0) as double
        ) as margin_share,
        cast(benchmarks.reference as double) as reference_spend_share
    from joined
    cross join as_of
    left join {{ ref('value_tiers') }} as tier_labels
        on joined.value_tier = tier_labels.value_tier
    left join {{ ref('marketing_references') }} as benchmarks
        on
            benchmarks.metric = 'spend_share'
            and benchmarks.segment_kind = 'value_tier'
            and joined.value_tier = benchmarks.segment
    window quarter as (partition by joined.quarter_start_on)

)

select * from final
