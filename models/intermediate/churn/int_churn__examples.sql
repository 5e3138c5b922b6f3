-- grain: one customer and one origin of a horizon: P(no purchase) without learning from labels, and what came of it

-- What counts as a purchase is what was known at the end of the horizon: a sale taken back later was one. The latest
-- date has no outcome yet. The probability is that of the rate grid; where customers cannot be judged there is none.

with

origins as (

    select * from {{ ref('int_churn__origins') }}

),

buyers as (

    select distinct
        days.customer_id,
        origins.as_of_on,
        origins.horizon_days
    from {{ ref('int_value__day_versions') }} as days
    inner join origins
        on
            days.ordered_on > origins.as_of_on
            and days.ordered_on <= origins.until_on
            and days.valid_from_on <= origins.until_on
            and days.valid_to_on > origins.until_on
    where days.order_count > 0

),

final as (

    select
        leaving.customer_id,
        leaving.as_of_on,
        origins.horizon_days,
        origins.until_on,
        origins.is_latest,
        origins.is_scored,
        case when origins.is_labelled then buyers.customer_id is null end as is_lost,
        case
            when verdicts.risk_status = 'measured'
                then
                    case origins.horizon_days
                        {%- for days in [30, 90, 180, 365] %}
                        when {{ days }} then leaving.p_silent_{{ days }}d
                        {%- endfor %}
                    end
        end as label_free_probability
    from {{ ref('int_churn__leaving') }} as leaving
    inner join origins
        on leaving.as_of_on = origins.as_of_on
    inner join {{ ref('int_churn__verdicts') }} as verdicts
        on
            origins.as_of_on = verdicts.as_of_on
            and origins.horizon_days = verdicts.horizon_days
    left join buyers
        on
            leaving.customer_id = buyers.customer_id
            and leaving.as_of_on = buyers.as_of_on
            and origins.horizon_days = buyers.horizon_days

)

select * from final
