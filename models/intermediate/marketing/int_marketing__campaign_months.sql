-- grain: one campaign and one month in which it cost, reached or sold something

-- Cost by the month of the booking, messages by the month of sending, sales by the month of the order: every figure can
-- be added up over months. A campaign without bookings counts with its budget in its first month (`cost_basis`).

with

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

contacts as (

    select * from {{ ref('int_marketing__contacts') }}

),

attributions as (

    select
        *,
        row_number() over (
            partition by campaign_id, contact_id order by ordered_on asc nulls last, order_number asc
        ) as conversion_number
    from {{ ref('int_marketing__attributions') }}

),

spend as (

    select
        campaigns.campaign_id,
        spend.month_start_on,
        sum(spend.amount) as cost
    from {{ ref('input__spend') }} as spend
    inner join campaigns
        on
            spend.source_system = campaigns.source_system
            and spend.campaign_code = campaigns.campaign_code
            and spend.month_start_on <= campaigns.as_of_on
    group by campaigns.campaign_id, spend.month_start_on

),

-- one row per fact and month, summed below
facts as (

    select
        campaign_id,
        month_start_on,
        cost,
        'spend' as cost_basis,
        0 as touch_count,
        0 as reached_count,
        0 as opened_count,
        0 as clicked_count,
        0 as converted_count,
        0 as order_count,
        0 as revenue,
        0 as margin_amount
    from spend

    union all

    select
        campaigns.campaign_id,
        cast(date_trunc('month', campaigns.started_on) as date) as month_start_on,
        campaigns.budget as cost,
        'budget' as cost_basis,
        0 as touch_count,
        0 as reached_count,
        0 as opened_count,
        0 as clicked_count,
        0 as converted_count,
        0 as order_count,
        0 as revenue,
        0 as margin_amount
    from campaigns
    left join spend
        on campaigns.campaign_id = spend.campaign_id
    where
        spend.campaign_id is null
        and campaigns.budget is not null

    union all

    select
        campaign_id,
        cast(date_trunc('month', sent_at) as date) as month_start_on,
        null as cost,
        null as cost_basis,
        sum(touch_count) as touch_count,
        count(*) as reached_count,
        count(opened_at) as opened_count,
        count(clicked_at) as clicked_count,
        0 as converted_count,
        0 as order_count,
        0 as revenue,
        0 as margin_amount
    from contacts
    where sent_at is not null
    group by campaign_id, date_trunc('month', sent_at)

    union all

    select
        campaign_id,
        cast(date_trunc('month', ordered_on) as date) as month_start_on,
        null as cost,
        null as cost_basis,
        0 as touch_count,
        0 as reached_count,
        0 as opened_count,
        0 as clicked_count,
        count(case when conversion_number = 1 then 1 end) as converted_count,
        count(*) as order_count,
        sum(net_amount) as revenue,
        sum(margin_amount) as margin_amount
    from attributions
    group by campaign_id, date_trunc('month', ordered_on)

),

final as (

    select
        campaign_id,
        month_start_on,
        sum(cost) as cost,
        max(cost_basis) as cost_basis,
        {%- for figure in ['touch', 'reached', 'opened', 'clicked', 'converted', 'order'] %}
        sum({{ figure }}_count) as {{ figure }}_count,
        {%- endfor %}
        sum(revenue) as revenue,
        sum(margin_amount) as margin_amount
    from facts
    group by campaign_id, month_start_on

)

select * from final
