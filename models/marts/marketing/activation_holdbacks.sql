-- grain: one customer with a strategy and one channel on which they are not contacted, and why, as of the latest date

with

candidates as (

    select * from {{ ref('int_marketing__activation_candidates') }}
    where held_back_reason is not null

),

final as (

    select
        cast(customer_id as varchar) as customer_id,
        cast(strategy as varchar) as strategy,
        cast(channel as varchar) as channel,
        cast(service_mode as varchar) as service_mode,
        cast(value_tier as varchar) as value_tier,
        cast(held_back_reason as varchar) as held_back_reason,
        cast(consent_channel as varchar) as consent_channel,
        cast(has_consent as boolean) as has_consent,
        cast(recent_contacts as bigint) as recent_contacts,
        cast(cap_contacts as bigint) as cap_contacts,
        cast(as_of_on as date) as as_of_on
    from candidates

)

select * from final
