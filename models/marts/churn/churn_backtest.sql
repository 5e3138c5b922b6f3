-- grain: one origin and horizon, one population, and one method, alert level, rule level or indicator

-- Methods rank everybody, and active customers alone (policy): area under the curve, average precision, lift and,
-- where they state a probability, Brier score, calibration error over ten equal bins and the means beside each other,
-- which the season moves. Levels and indicators warn those who have not lapsed: precision, recall, true alerts to
-- false ones.

{%- set figures = ['area_under_curve', 'average_precision', 'brier_score', 'calibration_error', 'mean_probability'] %}
{%- set figures = figures + ['lift_5', 'lift_10', 'lift_20'] %}
{%- set cell = 'partition by as_of_on, horizon_days, population, subject' %}

with

scores as (

    select
        scores.*,
        cast(scores.recency_days as double) as recency,
        scores.recency_days <= policy.active_days as is_active
    from {{ ref('int_churn__scores') }} as scores
    cross join {{ ref('churn_policy') }} as policy
    where scores.is_lost is not null

),

predictions as (

    {% for method in ['recency', 'label_free', 'logistic', 'recalibrated'] -%}
    select
        customer_id,
        as_of_on,
        horizon_days,
        until_on,
        is_lost,
        is_active,
        '{{ method }}' as subject,
        {{ 'recency' if method == 'recency' else method ~ '_probability' }} as score,
        cast({{ 'null' if method == 'recency' else method ~ '_probability' }} as double) as probability
    from scores
    where {{ 'recency' if method == 'recency' else method ~ '_probability' }} is not null
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

populations as (

    select
        *,
        'all' as population
    from predictions

    union all

    select
        *,
        'active' as population
    from predictions
    where is_active

),

ranked as (

    -- equal scores share their rank, and what stands above them includes them all
    select
        *,
        case when is_lost then 1 else 0 end as lost,
        least(floor(probability * 10), 9) as bin,
        rank() over ({{ cell }} order by score asc nulls last)
        + (count(*) over ({{ cell }}, score) - 1) / 2.0 as score_rank,
        sum(case when is_lost then 1 else 0 end) over ({{ cell }} order by score desc nulls last)
        / cast(count(*) over ({{ cell }} order by score desc nulls last) as double) as precision_above,
        row_number() over ({{ cell }} order by score desc nulls last, md5(customer_id) asc, customer_id asc)
        / cast(count(*) over ({{ cell }}) as double) as place
    from populations

),

bins as (

    select
        as_of_on,
        horizon_days,
        population,
        subject,
        bin,
        count(*) as customer_count,
        sum(lost) as lost_count,
        {{ exact_sum('probability') }} as probability_sum,
        {{ exact_sum('power(probability - lost, 2)') }} as squared_error,
        {{ exact_sum('case when is_lost then score_rank else 0 end') }} as lost_ranks,
        {{ exact_sum('case when is_lost then precision_above else 0 end') }} as lost_precision,
        {%- for percent in [5, 10, 20] %}
        count(case when place <= {{ percent / 100 }} then 1 end) as top_{{ percent }}_count,
        sum(case when place <= {{ percent / 100 }} then lost else 0 end) as top_{{ percent }}_lost,
        {%- endfor %}
        min(until_on) as until_on
    from ranked
    group by as_of_on, horizon_days, population, subject, bin

),

methods as (

    select
        as_of_on,
        horizon_days,
        population,
        'method' as subject_kind,
        subject,
        min(until_on) as until_on,
        sum(customer_count) as customer_count,
        sum(lost_count) as lost_count,
        ({{ exact_sum('lost_ranks') }} - sum(lost_count) * (sum(lost_count) + 1) / 2.0)
        / nullif(sum(lost_count) * (sum(customer_count) - sum(lost_count)), 0) as area_under_curve,
        {{ exact_sum('lost_precision') }} / nullif(sum(lost_count), 0) as average_precision,
        {{ exact_sum('squared_error') }} / sum(customer_count) as brier_score,
        {{ exact_sum('abs(probability_sum - lost_count)') }} / sum(customer_count) as calibration_error,
        {{ exact_sum('probability_sum') }} / sum(customer_count) as mean_probability,
        {%- for percent in [5, 10, 20] %}
        sum(top_{{ percent }}_lost) / nullif(sum(top_{{ percent }}_count), 0)
        / nullif(sum(lost_count) / cast(sum(customer_count) as double), 0) as lift_{{ percent }},
        {%- endfor %}
        cast(null as bigint) as eligible_count,
        cast(null as bigint) as eligible_lost_count,
        cast(null as bigint) as alert_count,
        cast(null as bigint) as true_count
    from bins
    group by as_of_on, horizon_days, population, subject

),

alerts as (

    select
        *,
        {{ days_from('as_of_on', 'until_on') }} as horizon_days
    from {{ ref('int_churn__alerts') }}
    where
        is_lost is not null
        and not is_lapsed

),

levels as (

    select alert_level from {{ ref('churn_interventions') }}

),

warnings as (

    select
        alerts.row_key,
        'alert_level' as subject_kind,
        cast(levels.alert_level as string) as subject,
        alerts.risk_status = 'measured' as is_eligible,
        coalesce(alerts.alert_level = levels.alert_level, false) as is_warned
    from alerts
    cross join levels

    union all

    select
        row_key,
        'alert_level' as subject_kind,
        'any' as subject,
        risk_status = 'measured' as is_eligible,
        alert_level is not null as is_warned
    from alerts

    union all

    select
        alerts.row_key,
        'rule_level' as subject_kind,
        cast(levels.alert_level as string) as subject,
        true as is_eligible,
        coalesce(alerts.rule_level = levels.alert_level, false) as is_warned
    from alerts
    cross join levels

    union all

    select
        row_key,
        'indicator' as subject_kind,
        indicator as subject,
        is_eligible,
        is_fired as is_warned
    from {{ ref('int_churn__indicators') }}
    where not is_latest

),

warned as (

    select
        alerts.as_of_on,
        alerts.horizon_days,
        warnings.subject_kind,
        warnings.subject,
        min(alerts.until_on) as until_on,
        count(*) as customer_count,
        count(case when alerts.is_lost then 1 end) as lost_count,
        count(case when warnings.is_eligible then 1 end) as eligible_count,
        count(case when warnings.is_eligible and alerts.is_lost then 1 end) as eligible_lost_count,
        count(case when warnings.is_warned then 1 end) as alert_count,
        count(case when warnings.is_warned and alerts.is_lost then 1 end) as true_count
    from alerts
    inner join warnings
        on alerts.row_key = warnings.row_key
    group by alerts.as_of_on, alerts.horizon_days, warnings.subject_kind, warnings.subject

),

measured as (

    select * from methods

    union all

    select
        as_of_on,
        horizon_days,
        'not_lapsed' as population,
        subject_kind,
        subject,
        until_on,
        customer_count,
        lost_count,
        {%- for figure in figures %}
        null as {{ figure }},
        {%- endfor %}
        eligible_count,
        eligible_lost_count,
        alert_count,
        true_count
    from warned

),

final as (

    select
        cast(as_of_on as date) as as_of_on,
        cast(until_on as date) as until_on,
        cast(horizon_days as integer) as horizon_days,
        cast(population as string) as population,
        cast(subject_kind as string) as subject_kind,
        cast(subject as string) as subject,
        cast(customer_count as bigint) as customer_count,
        cast(lost_count as bigint) as lost_count,
        cast(lost_count / cast(customer_count as double) as double) as lost_share,
        {%- for figure in figures %}
        cast({{ figure }} as double) as {{ figure }},
        {%- endfor %}
        cast(eligible_count as bigint) as eligible_count,
        cast(alert_count as bigint) as alert_count,
        cast(true_count as bigint) as true_count,
        cast(alert_count - true_count as bigint) as false_count,
        cast(true_count / cast(nullif(alert_count, 0) as double) as double) as precision_share,
        cast(true_count / cast(nullif(case when alert_count is not null then lost_count end, 0) as double) as double)
            as recall_share,
        cast(true_count / cast(nullif(alert_count - true_count, 0) as double) as double) as true_to_false,
        cast(
            (eligible_lost_count - true_count) / cast(nullif(eligible_count - alert_count, 0) as double) as double
        ) as unwarned_lost_share
    from measured

)

select * from final
