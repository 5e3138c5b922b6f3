-- grain: one campaign that is over and one segment of its customers: all of them, or one value tier

-- What the campaign added, by its hold-out, whatever touched the orders. Tiers are those of the last month end before
-- the campaign, so that it cannot have moved them. What an uneven split says is not read.

with

customers as (

    select
        units.campaign_id,
        units.arm,
        units.order_count,
        units.net_amount,
        units.margin_amount,
        coalesce(states.value_tier, 'none') as value_tier
    from {{ ref('int_marketing__experiment_units') }} as units
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on units.campaign_id = campaigns.campaign_id
    left join {{ ref('int_value__customer_states') }} as states
        on
            units.buyer_id = states.customer_id
            and states.is_month_end
            and states.as_of_on = {{ add_days("cast(date_trunc('month', campaigns.started_on) as date)", -1) }}

),

segmented as (

    {%- for kind, segment in [('all', "'all'"), ('value_tier', 'value_tier')] %}
    select
        campaign_id,
        arm,
        order_count,
        net_amount,
        margin_amount,
        '{{ kind }}' as segment_kind,
        {{ segment }} as segment
    from customers
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

{{ increments('segmented', ['segment_kind', 'segment']) }},

final as (

    select
        increments.*,
        -- unknown where no plan is stated
        coalesce(not splits.is_split_as_planned, false) as is_uneven,
        increments.has_both_arms and coalesce(splits.is_split_as_planned, true) as is_measured
    from increments
    left join {{ ref('int_marketing__experiment_splits') }} as splits
        on increments.campaign_id = splits.campaign_id

)

select * from final
