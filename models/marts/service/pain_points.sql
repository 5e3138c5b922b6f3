-- grain: one pain point: a type of complaint, a touch point that is rated low, or a reason of leaving

-- Of the twelve months to the as-of date, beside the twelve before. Impact is whom it touched and what they bought in
-- the twelve months up to their last purchase, so that who has left counts with what is lost. Severity is how bad it is
-- where it occurs: of complaints those repeated, unresolved or rated low; of ratings the low ones; of customers with
-- the reason, warned or lapsed, the lapsed ones.

with

as_of as (

    select
        as_of_on,
        {{ months_before('as_of_on', 12) }} as start_on,
        {{ months_before('as_of_on', 24) }} as earlier_start_on
    from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('service_policy') }}

),

states as (

    select
        customer_id,
        last_purchase_on,
        frequency_12m,
        net_amount_12m
    from {{ ref('int_value__customer_states') }}
    where is_latest

),

company as (

    select
        count(case when frequency_12m > 0 then 1 end) as active_count,
        sum(net_amount_12m) as net_amount_12m
    from states

),

worth as (

    select
        states.customer_id,
        sum(orders.net_amount) as yearly_amount
    from states
    inner join {{ ref('int_marketing__orders') }} as orders
        on
            {{ hashed_number('states.customer_id') }} = orders.customer_number
            and {{ months_before('states.last_purchase_on', 12) }} < orders.ordered_on
            and states.last_purchase_on >= orders.ordered_on
    group by states.customer_id

),

lapses as (

    select
        customer_id,
        max(lapsed_on) as lapsed_on
    from {{ ref('int_churn__lapses') }}
    where returned_on is null
    group by customer_id

),

observed as (

    select
        tickets.customer_id,
        'complaint' as kind,
        coalesce(tickets.complaint_type, 'unknown') as code,
        tickets.created_on as happened_on,
        true as is_event,
        true as is_touched,
        coalesce(tickets.is_repeated, false)
        or not coalesce(tickets.is_resolved, false)
        or coalesce(tickets.satisfaction <= policy.low_rating_to, false) as is_severe
    from {{ ref('int_service__tickets') }} as tickets
    cross join policy
    where tickets.is_complaint

    union all

    select
        customer_id,
        'touch_point' as kind,
        touch_point as code,
        cast(rated_at as date) as happened_on,
        is_low as is_event,
        is_low as is_touched,
        is_low as is_severe
    from {{ ref('int_service__ratings') }}
    where touch_point is not null

    union all

    select
        causes.customer_id,
        'leaving_reason' as kind,
        causes.cause as code,
        coalesce(lapses.lapsed_on, as_of.as_of_on) as happened_on,
        causes.is_lapsed as is_event,
        true as is_touched,
        causes.is_lapsed as is_severe
    from {{ ref('int_churn__causes') }} as causes
    cross join as_of
    left join lapses
        on
            causes.customer_id = lapses.customer_id
            and causes.is_lapsed
    where causes.cause <> 'unknown'

),

counted as (

    select
        observed.kind,
        observed.code,
        count(case when observed.is_event and observed.happened_on > as_of.start_on then 1 end) as event_count,
        count(case when observed.is_event and observed.happened_on <= as_of.start_on then 1 end) as earlier_event_count,
        count(case when observed.happened_on > as_of.start_on then 1 end) as base_count,
        count(case when observed.is_severe and observed.happened_on > as_of.start_on then 1 end) as severe_count
    from observed
    inner join as_of
        on
            observed.happened_on > as_of.earlier_start_on
            and observed.happened_on <= as_of.as_of_on
    group by observed.kind, observed.code

),

customers as (

    select distinct
        observed.kind,
        observed.code,
        observed.customer_id
    from observed
    inner join as_of
        on
            observed.happened_on > as_of.start_on
            and observed.happened_on <= as_of.as_of_on
    where
        observed.is_touched
        and observed.customer_id is not null

),

touched as (

    select
        customers.kind,
        customers.code,
        count(*) as customer_count,
        sum(worth.yearly_amount) as yearly_amount
    from customers
    left join worth
        on customers.customer_id = worth.customer_id
    group by customers.kind, customers.code

),

owners as (

    select
        counted.kind,
        counted.code,
        coalesce(own.owner, others.owner) as owner
    from counted
    left join {{ ref('pain_point_owners') }} as own
        on
            counted.kind = own.kind
            and counted.code = own.code
    left join {{ ref('pain_point_owners') }} as others
        on
            counted.kind = others.kind
            and others.code = 'all'

),

labels as (

    select
        case dimension when 'complaint_type' then 'complaint' else dimension end as kind,
        member as code,
        label_zh,
        label_en
    from {{ ref('int_service__segment_labels') }}
    where dimension in ('complaint_type', 'touch_point')

    union all

    select
        'leaving_reason' as kind,
        cause as code,
        label_zh,
        label_en
    from {{ ref('churn_causes') }}

),

judged as (

    select
        counted.kind,
        counted.code,
        owners.owner,
        counted.event_count,
        counted.earlier_event_count,
        counted.base_count,
        coalesce(touched.customer_count, 0) as customer_count,
        coalesce(touched.yearly_amount, 0) as yearly_amount,
        cast(coalesce(touched.customer_count, 0) as double) / nullif(company.active_count, 0) as customers_to_active,
        cast(coalesce(touched.yearly_amount, 0) as double) / nullif(cast(company.net_amount_12m as double), 0)
            as amount_to_sales,
        counted.severe_count / nullif(cast(counted.base_count as double), 0) as severity
    from counted
    cross join company
    left join touched
        on
            counted.kind = touched.kind
            and counted.code = touched.code
    left join owners
        on
            counted.kind = owners.kind
            and counted.code = owners.code

),

placed as (

    select
        judged.*,
        case
            when judged.severity is null or judged.amount_to_sales is null then null
            when judged.amount_to_sales >= policy.pain_impact_from and judged.severity >= policy.pain_severity_from
                then 'act_first'
            when judged.amount_to_sales >= policy.pain_impact_from then 'widespread'
            when judged.severity >= policy.pain_severity_from then 'severe'
            else 'observe'
        end as quadrant
    from judged
    cross join policy

),

final as (

    select
        cast(placed.kind as string) as kind,
        cast(placed.code as string) as code,
        {{ member_label('placed.code', 'labels.label_zh', 'zh') }} as pain_point_zh,
        {{ member_label('placed.code', 'labels.label_en', 'en') }} as pain_point_en,
        cast(kinds.label_zh as string) as kind_zh,
        cast(kinds.label_en as string) as kind_en,
        cast(placed.quadrant as string) as quadrant,
        cast(quadrants.label_zh as string) as quadrant_zh,
        cast(quadrants.label_en as string) as quadrant_en,
        cast(placed.customer_count as bigint) as customer_count,
        cast(placed.customers_to_active as double) as customers_to_active,
        cast(placed.yearly_amount as decimal(18, 2)) as yearly_amount,
        cast(placed.amount_to_sales as double) as amount_to_sales,
        cast(placed.severity as double) as severity,
        cast(placed.base_count as bigint) as severity_base_count,
        cast(placed.event_count as bigint) as event_count,
        cast(placed.earlier_event_count as bigint) as earlier_event_count,
        cast(placed.event_count as double) / nullif(placed.earlier_event_count, 0) - 1 as event_change,
        cast(placed.owner as string) as owner,
        cast(owner_labels.label_zh as string) as owner_zh,
        cast(owner_labels.label_en as string) as owner_en,
        as_of.as_of_on
    from placed
    cross join as_of
    left join labels
        on
            placed.kind = labels.kind
            and placed.code = labels.code
    left join {{ ref('marketing_labels') }} as kinds
        on
            kinds.list_code = 'pain_kind'
            and placed.kind = kinds.code
    left join {{ ref('marketing_labels') }} as quadrants
        on
            quadrants.list_code = 'pain_quadrant'
            and placed.quadrant = quadrants.code
    left join {{ ref('report_owners') }} as owner_labels
        on placed.owner = owner_labels.owner

)

select * from final
