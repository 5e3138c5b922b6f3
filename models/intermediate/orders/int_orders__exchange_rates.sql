-- grain: one currency and day of which a rate of exchange is stated, with the days on which it holds

-- A rate holds until the next one, and no longer than policy says: weekends and holidays are bridged, a gap is a gap.
-- Where several systems state a rate of one day, that of the first by name counts.

with

policy as (

    select * from {{ ref('currency_policy') }}

),

stated as (

    select
        currency,
        rate_date as rate_on,
        rate,
        row_number() over (partition by currency, rate_date order by source_system asc) as system_number
    from {{ ref('input__exchange_rates') }}
    where currency <> '{{ var("currency") }}'

),

followed as (

    select
        currency,
        rate_on,
        rate,
        lead(rate_on) over (partition by currency order by rate_on asc) as next_rate_on
    from stated
    where system_number = 1

),

final as (

    select
        followed.currency,
        followed.rate_on,
        followed.rate,
        case
            when {{ days_from('followed.rate_on', 'followed.next_rate_on') }} <= policy.rate_valid_days
                then {{ add_days('followed.next_rate_on', -1) }}
            else {{ add_days('followed.rate_on', 'policy.rate_valid_days') }}
        end as last_valid_on
    from followed
    cross join policy

)

select * from final
