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

kinds as (

    select 'any' as treatment
    union all
    select 'personal' as treatment
    union all
    select 'campaign' as treatment

),

treated as (

    select
        followed.customer_id,
        followed.as_of_on,
        kinds.treatment,
        min(contacts.treated_on) as treated_on
    from followed
    inner join contacts
        on
            followed.customer_id = contacts.customer_id
            and followed.as_of_on < contacts.treated_on
            and followed.treated_until_on >= contacts.treated_on
    inner join kinds
        on contacts.treatment = kinds.treatment or kinds.treatment = 'any'
    group by followed.customer_id, followed.as_of_on, kinds.treatment

),

cases as (

    select
        followed.*,
        kinds.treatment,
        treated.treated_on,
        {{ add_days('treated.treated_on', 'policy.outcome_days') }} as outcome_until_on,
        max(treated.treated_on) over (partition by followed.customer_id, followed.as_of_on) is null as is_untouched
    from followed
    cross join kinds
    cross join policy
    left join treated
        on
            followed.customer_id = treated.customer_id
            and followed.as_of_on = treated.as_of_on
            and kinds.treatment = treated.treatment

),

-- as the orders stood on the last day
ordered as (

    select
        cases.customer_id,
        cases.as_of_on,
        cases.treatment,
        min(days.ordered_on) as ordered_on,
        bool_or(days.ordered_on > cases.treated_on and days.ordered_on <= cases.outcome_until_on) as is_saved
    from cases
    inner join {{ ref('int_value__day_versions') }} as days
        on
            cases.customer_id = days.customer_id
            and cases.as_of_on < days.ordered_on
            and cases.saved_until_on >= days.ordered_on
            and cases.saved_until_on >= days.valid_from_on
            and cases.saved_until_on < days.valid_to_on
    where days.order_count > 0
    group by cases.customer_id, cases.as_of_on, cases.treatment

),

final as (

    select
        cases.customer_id,
        cases.as_of_on,
        cases.treatment,
        cases.alert_level,
        cases.customer_group,
        cases.probability_tenth,
        cases.treated_until_on,
        cases.saved_until_on,
        cases.treated_on,
        case when cases.treated_on is not null then coalesce(ordered.is_saved, false) end as is_saved,
        cases.is_untouched,
        ordered.ordered_on
    from cases
    left join ordered
        on
            cases.customer_id = ordered.customer_id
            and cases.as_of_on = ordered.as_of_on
            and cases.treatment = ordered.treatment

)

select * from final
