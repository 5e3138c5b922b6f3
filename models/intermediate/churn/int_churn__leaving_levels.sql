-- grain: one alert level, with the cut-off of P(left) that holds for it

-- The lowest cut-off of the policy's list at which true alerts outnumber false ones as often as the level asks, by the
-- retrospective label, over all judged dates. Too few alerts to judge any: the policy's own cut-off. Where the list
-- has none that reaches it, the level warns nobody.

with

labels as (

    select * from {{ ref('int_churn__left_labels') }}
    where left_share is not null

),

areas as (

    select
        {{ exact_sum("case when subject = 'p_left' then pairs_won end") }} as pairs_won,
        {{ exact_sum("case when subject = 'recency' then pairs_won end") }} as pairs_won_by_recency
    from {{ ref('int_churn__leaving_areas') }}

),

candidates as (

    select
        levels.alert_level,
        levels.true_to_false_from,
        cutoffs.left_from,
        count(labels.customer_id) as alert_count,
        coalesce({{ exact_sum('labels.left_share') }}, 0) as left_count
    from {{ ref('churn_alert_levels') }} as levels
    cross join {{ ref('churn_left_cutoffs') }} as cutoffs
    left join labels
        on
            cutoffs.left_from <= labels.p_left
            and levels.late_from <= labels.lateness
    group by levels.alert_level, levels.true_to_false_from, cutoffs.left_from

),

judged as (

    select
        candidates.alert_level,
        bool_or(candidates.alert_count >= policy.minimum_judged_alerts) as is_judged,
        min(
            case
                when
                    candidates.alert_count >= policy.minimum_judged_alerts
                    and candidates.left_count
                    >= candidates.true_to_false_from * (candidates.alert_count - candidates.left_count)
                    then candidates.left_from
            end
        ) as left_from
    from candidates
    cross join {{ ref('churn_policy') }} as policy
    group by candidates.alert_level

),

final as (

    select
        levels.alert_level,
        levels.rule_level_to,
        levels.late_from,
        case when judged.is_judged then judged.left_from else levels.left_from end as left_from,
        case
            when not judged.is_judged then 'policy'
            when judged.left_from is null then 'not_reached'
            else 'judged'
        end as cutoff_basis,
        coalesce(areas.pairs_won > areas.pairs_won_by_recency, true) as is_better_than_recency
    from {{ ref('churn_alert_levels') }} as levels
    inner join judged
        on levels.alert_level = judged.alert_level
    cross join areas

)

select * from final
