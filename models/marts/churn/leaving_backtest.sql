-- grain: one judged date and one method or alert level: how well it told who had left, among those not lapsed

-- By the retrospective label (int_churn__left_labels): counts of customers who had left are sums of shares. Silent: no
-- purchase in the longest horizon after the date. Dates are pooled by adding counts up.

with

labels as (

    select * from {{ ref('int_churn__left_labels') }}
    where left_share is not null

),

matched as (

    select
        labels.customer_id,
        labels.as_of_on,
        min(levels.alert_level) as alert_level
    from labels
    inner join {{ ref('int_churn__leaving_levels') }} as levels
        on
            labels.p_left >= levels.left_from
            and labels.lateness >= levels.late_from
    where levels.rule_level_to is null
    group by labels.customer_id, labels.as_of_on

),

totals as (

    select
        as_of_on,
        {{ exact_sum('left_share') }} as left_count
    from labels
    group by as_of_on

),

warned as (

    select
        labels.as_of_on,
        matched.alert_level,
        count(*) as alert_count,
        {{ exact_sum('labels.left_share') }} as true_count,
        count(case when labels.is_lost then 1 end) as silent_count
    from labels
    inner join matched
        on
            labels.customer_id = matched.customer_id
            and labels.as_of_on = matched.as_of_on
    group by labels.as_of_on, matched.alert_level

),

measured as (

    select
        as_of_on,
        'method' as subject_kind,
        subject,
        customer_count,
        left_count,
        pairs_won / nullif(pair_count, 0) as area_under_curve,
        calibration_error,
        mean_probability,
        null as left_from,
        null as late_from,
        null as cutoff_basis,
        null as alert_count,
        null as true_count,
        null as silent_count
    from {{ ref('int_churn__leaving_areas') }}

    union all

    select
        warned.as_of_on,
        'alert_level' as subject_kind,
        cast(levels.alert_level as string) as subject,
        null as customer_count,
        totals.left_count,
        null as area_under_curve,
        null as calibration_error,
        null as mean_probability,
        levels.left_from,
        levels.late_from,
        levels.cutoff_basis,
        warned.alert_count,
        warned.true_count,
        warned.silent_count
    from warned
    inner join {{ ref('int_churn__leaving_levels') }} as levels
        on warned.alert_level = levels.alert_level
    inner join totals
        on warned.as_of_on = totals.as_of_on

),

final as (

    select
        cast(as_of_on as date) as as_of_on,
        cast(subject_kind as string) as subject_kind,
        cast(subject as string) as subject,
        cast(customer_count as bigint) as customer_count,
        cast(left_count as double) as left_count,
        cast(area_under_curve as double) as area_under_curve,
        cast(calibration_error as double) as calibration_error,
        cast(mean_probability as double) as mean_probability,
        cast(left_from as double) as left_from,
        cast(late_from as double) as late_from,
        cast(cutoff_basis as string) as cutoff_basis,
        cast(alert_count as bigint) as alert_count,
        cast(true_count as double) as true_count,
        cast(true_count / nullif(alert_count - true_count, 0) as double) as true_to_false,
        cast(case when alert_count is not null then true_count / nullif(left_count, 0) end as double) as recall_share,
        cast(silent_count as bigint) as silent_count,
        cast(silent_count / cast(nullif(alert_count - silent_count, 0) as double) as double) as silent_to_false
    from measured

)

select * from final
