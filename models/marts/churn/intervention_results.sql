-- grain: one alert level and kind of treatment: how many of the warned ordered, treated against comparable untreated

-- Warned at an origin of the back-test, treated within so many days of it (policy), saved when an order follows within
-- so many days of the treatment: the save rate. The comparison has another clock, since the untreated have no day of
-- treatment: orders in the days after those in which treatments are given, and who ordered while they ran is left
-- out on both sides, so that nobody counts as treated for having stayed long enough. The untreated are weighted to the
-- treated within origin, customer group and tenth of the probability; who has no counterpart is not compared. An
-- association: the company treats whom it chooses. The programme for the lapsed is a row of its own, without a
-- comparison.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

treatments as (

    select * from {{ ref('int_churn__treatments') }}

),

saves as (

    select
        alert_level,
        treatment,
        count(treated_on) as treated_count,
        count(case when is_saved then 1 end) as treated_saved
    from treatments
    group by alert_level, treatment

),

cells as (

    select
        alert_level,
        treatment,
        as_of_on,
        customer_group,
        probability_tenth,
        count(treated_on) as treated_count,
        count(case when treated_on is not null then ordered_on end) as treated_saved,
        count(case when is_untouched then 1 end) as untreated_count,
        count(case when is_untouched then ordered_on end) as untreated_saved
    from treatments
    where ordered_on is null or ordered_on > treated_until_on
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
