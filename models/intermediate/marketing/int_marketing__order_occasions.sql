-- grain: one purchase of a known customer, with its occasion

-- What the order says of its purpose (seed occasion_terms); else for businesses not stated; else a gift when it holds
-- a gift box, went to somebody else, or was bought by a gift customer within a festival's window; else own use.
{{ config(materialized='view') }}

with

orders as (

    select * from {{ ref('int_marketing__orders') }}

),

festival_days as (

    select date_on from {{ ref('int_calendar__festival_days') }}

),

terms as (

    select
        terms.term,
        terms.occasion
    from {{ ref('occasion_terms') }} as terms

),

final as (

    select
        orders.order_number,
        orders.customer_number,
        orders.ordered_on,
        orders.net_amount,
        orders.margin_amount,
        case
            when terms.occasion is not null then terms.occasion
            when orders.customer_group = 'business' then 'business_other'
            when
                orders.is_gift
                or orders.has_gift_box
                or (orders.customer_group = 'gift' and festival_days.date_on is not null)
                then case when festival_days.date_on is null then 'other_gift' else 'festival_gift' end
            else 'personal_other'
        end as occasion
    from orders
    left join terms
        on lower(trim(orders.purpose)) = terms.term
    left join festival_days
        on orders.ordered_on = festival_days.date_on

)

select * from final
