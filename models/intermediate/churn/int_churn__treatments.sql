-- grain: one customer who was warned at an origin of the back-test, and one kind of treatment (`any`: of either kind)

-- The outcome is over: treatments are given within so many days of the origin, and whoever is treated is saved when an
-- order follows within so many days of the treatment (policy). `ordered_on` has the clock of the comparison with the
-- untreated, who have no day of treatment: the first order after the origin, up to the last day on which a treatment
-- of the last day would save.

with

policy as (

    select * from {{ ref('churn_policy') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

warned as (

    select
        alerts.customer_id,
        alerts.as_of_on,
        alerts.alert_level,
        alerts.customer_group,
        least(floor(alerts.probability * 10), 9) as probability_tenth,
        {{ add_days('alerts.as_of_on', 'policy.treatment_days') }} as treated_until_on,
        {{ add_days('alerts.as_of_on', 'policy.treatment_days + policy.outcome_days') }} as saved_until_on
    from {{ ref('int_churn__alerts') }} as alerts
    cross join policy
    where
        alerts.alert_level is not null
        and not alerts.is_latest

),

followed as (

    select warned.*
    from warned
    inner join as_of
        on warned.saved_until_on <= as_of.as_of_on

),

contacts as (

    select
        ids.customer_id,
        'campaign' as treatment,
        cast(contacts.sent_at as date) as treated_on
    from {{ ref('input__campaign_contacts') }} as contacts
    inner join {{ ref('int_customers__ids') }} as ids
        on
            contacts.source_system = ids.source_system
            and contacts.source_customer_id = ids.source_customer_id
    where
        contacts.sent_at is not null
        and coalesce(contacts.variant, '') <> 'control'

    union all

    select
        ids.customer_id,
        'personal' as treatment,
        cast(interactions.occurred_at as date) as treated_on
    from {{ ref('input__interactions') }} as interactions
    inner join {{ ref('int_customers__ids') }} as ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id
    where
        interactions.family = 'offline'
        and interactions.interaction_type in ('call', 'visit')

),

treated as (

    select
        followed.customer_id,
        followed.as_of_on,
        followed.alert_level,
        followed.saved_until_on,
        min(contacts.treated_on) as any_on,
        min(case when contacts.treatment = 'personal' then contacts.treated_on end) as personal_on,
        min(case when contacts.treatment = 'campaign' then contacts.treated_on end) as campaign_on
    from followed
    inner join contacts
        on
            followed.customer_id = contacts.customer_id
            and followed.as_of_on < contacts.treated_on
            and followed.treated_until_on >= contacts.treated_on
    group by followed.customer_id, followed.as_of_on, followed.alert_level, followed.saved_until_on

),

treatments as (
    {% for treatment in ['any', 'personal', 'campaign'] %}
    select
        treated.customer_id,
        treated.as_of_on,
        treated.alert_level,
        treated.saved_until_on,
        '{{ treatment }}' as treatment,
        treated.{{ treatment }}_on as treated_on,
        {{ add_days('treated.' ~ treatment ~ '_on', 'policy.outcome_days') }} as outcome_until_on
    from treated
    cross join policy
    where treated.{{ treatment }}_on is not null
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

saved as (

    select distinct
        treatments.customer_id,
        treatments.as_of_on,
        treatments.treatment
    from treatments
    inner join {{ ref('int_value__day_versions') }} as days
        on
            treatments.customer_id = days.customer_id
            and treatments.treated_on < days.ordered_on
            and treatments.outcome_until_on >= days.ordered_on
            and treatments.saved_until_on >= days.valid_from_on
            and treatments.saved_until_on < days.valid_to_on
    where days.order_count > 0

),

orders as (

    select
        followed.customer_id,
        followed.as_of_on,
        min(days.ordered_on) as ordered_on
    from followed
    inner join {{ ref('int_value__day_versions') }} as days
        on
            followed.customer_id = days.customer_id
            and followed.as_of_on < days.ordered_on
            and followed.saved_until_on >= days.ordered_on
            and followed.saved_until_on >= days.valid_from_on
            and followed.saved_until_on < days.valid_to_on
    where days.order_count > 0
    group by followed.customer_id, followed.as_of_on

),

kinds as (

    select 'any' as treatment
    union all
    select 'personal' as treatment
    union all
    select 'campaign' as treatment

),

final as (

    select
        followed.customer_id,
        followed.as_of_on,
        kinds.treatment,
        followed.alert_level,
        followed.customer_group,
        followed.probability_tenth,
        followed.treated_until_on,
        followed.saved_until_on,
        treatments.treated_on,
        case when treatments.treated_on is not null then saved.customer_id is not null end as is_saved,
        treated.customer_id is null as is_untouched,
        orders.ordered_on
    from followed
    cross join kinds
    left join treated
        on
            followed.customer_id = treated.customer_id
            and followed.as_of_on = treated.as_of_on
    left join treatments
        on
            followed.customer_id = treatments.customer_id
            and followed.as_of_on = treatments.as_of_on
            and kinds.treatment = treatments.treatment
    left join saved
        on
            followed.customer_id = saved.customer_id
            and followed.as_of_on = saved.as_of_on
            and kinds.treatment = saved.treatment
    left join orders
        on
            followed.customer_id = orders.customer_id
            and followed.as_of_on = orders.as_of_on

)

select * from final
