-- grain: one customer of the middle tier and one date, as the model of upgrades sees them: features and outcome

-- Dates are ends of months and the latest one. Upgraded: of the high tier a step of months later (policy
-- transition_months), as it was known then; unknown while the step runs.

with

policy as (

    select transition_months from {{ ref('clv_policy') }}

),

states as (

    select
        states.*,
        {{ add_days(months_before(add_days('states.as_of_on', 1), '-policy.transition_months'), -1) }} as later_on
    from {{ ref('int_value__customer_states') }} as states
    cross join policy
    where
        states.has_purchased
        and (states.is_month_end or states.is_latest)

),

followed as (

    select
        states.customer_id,
        states.as_of_on,
        states.later_on,
        states.is_latest,
        {%- for feature, expression in upgrade_features().items() %}
        cast({{ expression }} as double) as {{ feature }}_feature,
        {%- endfor %}
        case when later.customer_id is not null then coalesce(later.value_tier = 'high', false) end as is_upgraded
    from states
    inner join {{ ref('int_value__base_features') }} as features
        on
            states.customer_id = features.customer_id
            and states.as_of_on = features.as_of_on
    left join states as later
        on
            states.customer_id = later.customer_id
            and states.is_month_end
            and states.later_on = later.as_of_on
            and later.is_month_end
    where states.value_tier = 'middle'

),

tested as (

    select max(as_of_on) as as_of_on
    from followed
    where is_upgraded is not null

),

final as (

    select
        followed.*,
        -- the newest date of which the outcome is known: what the model would have said then is held against it
        coalesce(followed.as_of_on = tested.as_of_on, false) as is_tested
    from followed
    cross join tested

)

select * from final
