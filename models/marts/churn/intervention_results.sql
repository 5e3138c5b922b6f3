-- grain: one alert level and kind of treatment: how many of the warned ordered, treated against comparable untreated

-- Warned at an origin of the back-test, treated within so many days of it (policy), saved when an order follows within
-- so many days of the treatment: the save rate. The comparison has another clock, since the untreated have no day of
-- treatment: orders in the days after those in which treatments are given, and who ordered while they ran is left
-- out on both sides, so that nobody counts as treated for having stayed long enough. The untreated are weighted to the
-- treated within origin, customer group and tenth of the probability; who has no counterpart is not compared. An
-- association: the company treats whom it chooses. The programme for the lapsed is a row of its own, without a
-- comparison.

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

saves as (

    select
        treatments.alert_level,
        treatments.treatment,
        count(*) as treated_count,
        count(saved.customer_id) as treated_saved
    from treatments
    left join saved
        on
            treatments.customer_id = saved.customer_id
            and treatments.as_of_on = saved.as_of_on
            and treatments.treatment = saved.treatment
    group by treatments.alert_level, treatments.treatment

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

cases as (

    select
        followed.*,
        kinds.treatment,
        case kinds.treatment
            when 'personal' then case when treated.personal_on is null then 0 else 1 end
            when 'campaign' then case when treated.campaign_on is null then 0 else 1 end
            else case when treated.customer_id is null then 0 else 1 end
        end as is_treated,
        treated.customer_id is null as is_untouched,
        case when orders.ordered_on is null then 0 else 1 end as is_saved
    from followed
    cross join kinds
    left join treated
        on
            followed.customer_id = treated.customer_id
            and followed.as_of_on = treated.as_of_on
    left join orders
        on
            followed.customer_id = orders.customer_id
            and followed.as_of_on = orders.as_of_on
    where orders.ordered_on is null or orders.ordered_on > followed.treated_until_on

),

cells as (

    select
        alert_level,
        treatment,
        as_of_on,
        customer_group,
        probability_tenth,
        sum(is_treated) as treated_count,
        sum(is_treated * is_saved) as treated_saved,
        count(case when is_untouched then 1 end) as untreated_count,
        sum(case when is_untouched then is_saved else 0 end) as untreated_saved
    from cases
    group by alert_level, treatment, as_of_on, customer_group, probability_tenth

),

rates as (

    select
        *,
        untreated_saved / cast(nullif(untreated_count, 0) as double) as untreated_rate,
        untreated_saved * (untreated_count - untreated_saved) / power(nullif(untreated_count, 0), 2)
            as untreated_variance
    from cells

),

compared as (

    select
        alert_level,
        treatment,
        sum(untreated_count) as untreated_count,
        sum(case when untreated_count > 0 then treated_count else 0 end) as matched_count,
        sum(case when untreated_count > 0 then treated_saved else 0 end) as matched_saved,
        {{ exact_sum('case when untreated_count > 0 then treated_count * untreated_rate else 0 end') }}
            as expected_saved,
        {{ exact_sum(
            'case when untreated_count > 0 then power(treated_count, 2) * untreated_variance / untreated_count'
            ~ ' else 0 end'
        ) }} as expected_variance
    from rates
    group by alert_level, treatment

),

programme as (

    select
        count(*) as treated_count,
        count(case when programme_state = 'won_back' then 1 end) as treated_saved
    from {{ ref('winback_programme') }}
    where ends_on <= as_of_on

),

results as (

    select
        interventions.intervention,
        compared.treatment,
        compared.alert_level,
        coalesce(saves.treated_count, 0) as treated_count,
        coalesce(saves.treated_saved, 0) as treated_saved,
        compared.untreated_count,
        compared.matched_count,
        compared.matched_saved / cast(nullif(compared.matched_count, 0) as double) as matched_rate,
        compared.expected_saved / cast(nullif(compared.matched_count, 0) as double) as comparable_rate,
        sqrt(
            compared.expected_variance
            + compared.matched_saved * (1 - compared.matched_saved / cast(nullif(compared.matched_count, 0) as double))
        ) / nullif(compared.matched_count, 0) as standard_error,
        interventions.reference_save_rate
    from compared
    inner join {{ ref('churn_interventions') }} as interventions
        on compared.alert_level = interventions.alert_level
    left join saves
        on
            compared.alert_level = saves.alert_level
            and compared.treatment = saves.treatment

    union all

    select
        'winback' as intervention,
        'programme' as treatment,
        null as alert_level,
        treated_count,
        treated_saved,
        null as untreated_count,
        null as matched_count,
        null as matched_rate,
        null as comparable_rate,
        null as standard_error,
        null as reference_save_rate
    from programme
    where treated_count > 0

),

final as (

    select
        cast(results.intervention as string) as intervention,
        cast(results.treatment as string) as treatment,
        cast(results.alert_level as integer) as alert_level,
        cast(results.treated_count as bigint) as treated_count,
        cast(results.treated_saved as bigint) as saved_count,
        cast(results.treated_saved / cast(nullif(results.treated_count, 0) as double) as double) as save_rate,
        cast(results.untreated_count as bigint) as untreated_count,
        cast(results.matched_count as bigint) as matched_count,
        cast(results.matched_rate as double) as matched_save_rate,
        cast(results.comparable_rate as double) as comparable_save_rate,
        cast(results.matched_rate - results.comparable_rate as double) as difference,
        cast(results.standard_error as double) as standard_error,
        cast(results.reference_save_rate as double) as reference_save_rate,
        cast(as_of.as_of_on as date) as as_of_on
    from results
    cross join as_of

)

select * from final
