-- grain: one value tier: who bought again within a promotion, beside equal days before it

-- Promotions of the year to the as-of date that are over, without those for new customers. Of whom one reached and who
-- had bought before: who bought while it ran, and who bought in as many days right before. A contact before which
-- another promotion reached the customer in these days tells nothing of days without one, and is left out.

with

promotions as (

    select
        campaign_id,
        started_on,
        ended_on,
        {{ add_days('started_on', '-(' ~ days_from('started_on', 'ended_on') ~ ' + 1)') }} as before_on
    from {{ ref('int_marketing__campaigns') }}
    where
        content_type = 'promotion'
        and not is_acquisition
        and is_over
        and started_on > {{ months_before('as_of_on', 12) }}
        and ended_on >= started_on

),

reached as (

    select
        contacts.customer_id,
        promotions.campaign_id,
        promotions.started_on,
        promotions.ended_on,
        promotions.before_on
    from {{ ref('int_marketing__contacts') }} as contacts
    inner join promotions
        on contacts.campaign_id = promotions.campaign_id
    where contacts.sent_at is not null

),

alone as (

    select reached.*
    from reached
    left join reached as others
        on
            reached.customer_id = others.customer_id
            and reached.campaign_id <> others.campaign_id
            and reached.started_on > others.started_on
            and reached.before_on <= others.ended_on
    where others.customer_id is null

),

buyers as (

    select
        alone.customer_id,
        alone.campaign_id,
        alone.started_on,
        alone.ended_on,
        alone.before_on,
        states.value_tier
    from alone
    inner join {{ ref('int_value__customer_states') }} as states
        on
            alone.customer_id = states.customer_id
            and states.as_of_on = {{ add_days("cast(date_trunc('month', alone.before_on) as date)", -1) }}
            and states.is_month_end
            and states.has_purchased

),

bought as (

    select
        buyers.customer_id,
        buyers.campaign_id,
        buyers.value_tier,
        max(case when orders.ordered_on >= buyers.started_on then 1 else 0 end) as inside,
        max(case when orders.ordered_on < buyers.started_on then 1 else 0 end) as outside
    from buyers
    left join {{ ref('int_marketing__orders') }} as orders
        on
            {{ hashed_number('buyers.customer_id') }} = orders.customer_number
            and buyers.before_on <= orders.ordered_on
            and buyers.ended_on >= orders.ordered_on
    group by buyers.customer_id, buyers.campaign_id, buyers.value_tier

),

final as (

    select
        value_tier,
        count(distinct campaign_id) as promotion_count,
        count(*) as base_count,
        sum(inside) as inside_count,
        sum(outside) as outside_count
    from bought
    where value_tier is not null
    group by value_tier

)

select * from final
