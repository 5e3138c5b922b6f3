-- grain: one month of interactions, family and how they were given to a customer

-- `record`: by the record that the source system names, as resolved today; `session`: by the one customer of the
-- session; `none`: nobody. Of the first two, how many took place before the customer's first purchase.

with

interactions as (

    select
        *,
        case
            when is_by_record then 'record'
            when customer_number is not null then 'session'
            else 'none'
        end as stitch_basis
    from {{ ref('int_journey__interactions') }}

),

customers as (

    select
        customer_number,
        decided_on
    from {{ ref('int_journey__customers') }}

),

final as (

    select
        cast(date_trunc('month', interactions.occurred_at) as date) as month_start_on,
        cast(interactions.family as string) as family, -- noqa: RF04
        cast(interactions.stitch_basis as string) as stitch_basis,
        cast(count(*) as bigint) as interaction_count,
        cast(count(distinct interactions.customer_number) as bigint) as customer_count,
        cast(
            count(case when cast(interactions.occurred_at as date) < customers.decided_on then 1 end) as bigint
        ) as before_first_purchase_count
    from interactions
    left join customers
        on interactions.customer_number = customers.customer_number
    group by
        cast(date_trunc('month', interactions.occurred_at) as date),
        interactions.family,
        interactions.stitch_basis

)

select * from final
