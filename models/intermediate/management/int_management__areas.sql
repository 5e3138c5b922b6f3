-- grain: one area of one kind: what its customers are worth, and what campaigns cost and brought there

-- The cost of a campaign is shared out by the customers on its list, its margin stands where the customer who was
-- touched does: over the areas of a kind both add up to all campaigns. `unknown`: customers without an area,
-- campaigns without a list. What campaigns added there is by their hold-outs, of those that began in the window.

with

policy as (

    select * from {{ ref('management_policy') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

window_start as (

    select
        {{ months_before("cast(date_trunc('month', as_of.as_of_on) as date)", 'policy.maturity_months - 1') }}
            as start_on
    from as_of
    cross join policy

),

kinds as (

    select 'region' as area_kind

    union all

    select 'dealer' as area_kind

),

areas as (

    select * from {{ ref('int_management__customer_areas') }}

),

active as (

    select
        kinds.area_kind,
        coalesce(areas.area, 'unknown') as area,
        count(*) as active_customers,
        count(clv.lifetime_value) as valued_customers,
        sum(clv.lifetime_value) as clv_total
    from {{ ref('int_value__customer_states') }} as states
    cross join kinds
    left join areas
        on
            {{ hashed_number('states.customer_id') }} = areas.customer_number
            and kinds.area_kind = areas.area_kind
    left join {{ ref('customer_clv') }} as clv
        on states.customer_id = clv.customer_id
    where
        states.is_latest
        and states.frequency_12m > 0
    group by kinds.area_kind, coalesce(areas.area, 'unknown')

),

costs as (

    select
        months.campaign_id,
        sum(months.cost) as cost
    from {{ ref('int_marketing__campaign_months') }} as months
    inner join window_start
        on months.month_start_on >= window_start.start_on
    group by months.campaign_id

),

lists as (

    select
        contacts.campaign_id,
        kinds.area_kind,
        coalesce(areas.area, 'unknown') as area,
        count(*) as contact_count
    from {{ ref('int_marketing__contacts') }} as contacts
    cross join kinds
    left join areas
        on
            {{ hashed_number('contacts.customer_id') }} = areas.customer_number
            and kinds.area_kind = areas.area_kind
    group by contacts.campaign_id, kinds.area_kind, coalesce(areas.area, 'unknown')

),

shared as (

    select
        *,
        contact_count / cast(sum(contact_count) over (partition by campaign_id, area_kind) as double) as contact_share
    from lists

),

spent as (

    select
        kinds.area_kind,
        coalesce(shared.area, 'unknown') as area,
        {{ exact_sum('costs.cost * coalesce(shared.contact_share, 1)') }} as campaign_cost
    from costs
    cross join kinds
    left join shared
        on
            costs.campaign_id = shared.campaign_id
            and kinds.area_kind = shared.area_kind
    group by kinds.area_kind, coalesce(shared.area, 'unknown')

),

earned as (

    select
        kinds.area_kind,
        coalesce(areas.area, 'unknown') as area,
        sum(attributions.margin_amount) as campaign_margin
    from {{ ref('int_marketing__attributions') }} as attributions
    inner join window_start
        on attributions.ordered_on >= window_start.start_on
    cross join kinds
    left join areas
        on
            {{ hashed_number('attributions.contact_id') }} = areas.customer_number
            and kinds.area_kind = areas.area_kind
    group by kinds.area_kind, coalesce(areas.area, 'unknown')

),

customers as (

    select
        units.campaign_id,
        units.arm,
        units.order_count,
        units.net_amount,
        units.margin_amount,
        kinds.area_kind,
        coalesce(areas.area, 'unknown') as area
    from {{ ref('int_marketing__experiment_units') }} as units
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on units.campaign_id = campaigns.campaign_id
    inner join window_start
        on campaigns.started_on >= window_start.start_on
    cross join kinds
    left join areas
        on
            {{ hashed_number('units.buyer_id') }} = areas.customer_number
            and kinds.area_kind = areas.area_kind

),

{{ increments('customers', ['area_kind', 'area']) }},

campaign_costs as (

    select
        campaign_id,
        cast(sum(cost) as double) as cost
    from {{ ref('int_marketing__campaign_months') }}
    group by campaign_id

),

-- each treated customer of a campaign costs alike
tested as (

    select
        increments.area_kind,
        increments.area,
        sum(increments.treated_count) as treated_count,
        sum(increments.control_count) as control_count,
        {{ exact_sum('increments.margin_effect', decimals=9) }} as incremental_margin,
        {{ exact_sum('campaign_costs.cost * increments.treated_count / whole.treated_count', decimals=9) }}
            as measured_cost
    from increments
    inner join {{ ref('int_marketing__increments') }} as whole
        on
            increments.campaign_id = whole.campaign_id
            and whole.segment_kind = 'all'
            and whole.is_measured
    inner join campaign_costs
        on
            increments.campaign_id = campaign_costs.campaign_id
            and campaign_costs.cost is not null
    where increments.has_both_arms
    group by increments.area_kind, increments.area

),

readable as (

    select tested.*
    from tested
    cross join {{ ref('experiment_policy') }} as experiments
    where least(tested.treated_count, tested.control_count) >= experiments.minimum_base

),

named as (

    select
        area_kind,
        area
    from active

    union

    select
        area_kind,
        area
    from spent

    union

    select
        area_kind,
        area
    from earned

    union

    select
        area_kind,
        area
    from readable

),

final as (

    select
        named.area_kind,
        named.area,
        coalesce(active.active_customers, 0) as active_customers,
        -- no customers have no value; that of customers may be unknown
        case when active.active_customers > 0 then active.clv_total else 0 end as clv_total,
        active.clv_total / nullif(active.valued_customers, 0) as clv_per_active,
        coalesce(spent.campaign_cost, 0) as campaign_cost,
        coalesce(earned.campaign_margin, 0) as campaign_margin,
        (coalesce(earned.campaign_margin, 0) - spent.campaign_cost) / nullif(spent.campaign_cost, 0)
            as attributed_roi,
        readable.incremental_margin,
        readable.measured_cost,
        (readable.incremental_margin - readable.measured_cost) / nullif(readable.measured_cost, 0) as incremental_roi
    from named
    left join active
        on
            named.area_kind = active.area_kind
            and named.area = active.area
    left join spent
        on
            named.area_kind = spent.area_kind
            and named.area = spent.area
    left join earned
        on
            named.area_kind = earned.area_kind
            and named.area = earned.area
    left join readable
        on
            named.area_kind = readable.area_kind
            and named.area = readable.area

)

select * from final
