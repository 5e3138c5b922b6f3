-- grain: one customer with interactions in the 12 months before one as-of date

-- Only where the policy of the tiers asks for interaction depth; otherwise it stays empty.

with

dates as (

    select
        dates.as_of_on,
        {{ months_before('dates.as_of_on', 12) }} as start_on
    from {{ ref('int_value__as_of_dates') }} as dates
    inner join {{ ref('value_tiers') }} as tiers
        on
            tiers.value_tier = 'high'
            and tiers.interactions_from is not null

),

interactions as (

    select
        ids.customer_id,
        cast(interactions.occurred_at as date) as occurred_on
    from {{ ref('input__interactions') }} as interactions
    inner join {{ ref('int_customers__ids') }} as ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id

),

final as (

    select
        interactions.customer_id,
        dates.as_of_on,
        count(*) as interactions_12m
    from interactions
    inner join dates
        on
            interactions.occurred_on > dates.start_on
            and interactions.occurred_on <= dates.as_of_on
    group by interactions.customer_id, dates.as_of_on

)

select * from final
