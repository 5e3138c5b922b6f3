-- grain: one customer who is warned of or lapsed, as of the latest date: the root cause by the decision table

-- Each piece of evidence that counts gives its points to a cause; the cause with the most points holds, the earlier one
-- of equals, and with fewer points than it needs the cause is unknown.

with

customers as (

    select
        customer_id,
        as_of_on,
        last_purchase_on,
        is_lapsed
    from {{ ref('int_churn__alerts') }}
    where
        is_latest
        and (is_lapsed or alert_level is not null)

),

evidence as (

    select
        customers.customer_id,
        rules.cause,
        rules.points,
        rules.evidence,
        rules.text_zh,
        rules.text_en,
        {{ fixed_text('100 * evidence.value', 0) }} || '%' as as_percent,
        case
            when evidence.value = round(evidence.value) then {{ fixed_text('evidence.value', 0) }}
            else {{ fixed_text('evidence.value', 1) }}
        end as as_value
    from {{ ref('int_churn__evidence') }} as evidence
    inner join customers
        on evidence.customer_id = customers.customer_id
    inner join {{ ref('churn_evidence') }} as rules
        on
            evidence.evidence = rules.evidence
            and evidence.value >= rules.value_from

),

worded as (

    select
        *,
        replace(replace(text_zh, '{value}', as_value), '{percent}', as_percent) as words_zh,
        replace(replace(text_en, '{value}', as_value), '{percent}', as_percent) as words_en
    from evidence

),

summed as (

    select
        evidence.customer_id,
        evidence.cause,
        causes.cause_rank,
        sum(evidence.points) as points,
        {{ joined_texts('evidence.words_zh', '；', 'evidence.points desc, evidence.evidence asc') }} as evidence_zh,
        {{ joined_texts('evidence.words_en', '; ', 'evidence.points desc, evidence.evidence asc') }} as evidence_en
    from worded as evidence
    inner join {{ ref('churn_causes') }} as causes
        on evidence.cause = causes.cause
    group by evidence.customer_id, evidence.cause, causes.cause_rank, causes.points_from
    having sum(evidence.points) >= causes.points_from

),

chosen as (

    select *
    from summed
    qualify row_number() over (partition by customer_id order by points desc, cause_rank asc) = 1

),

final as (

    select
        customers.customer_id,
        customers.as_of_on,
        customers.last_purchase_on,
        customers.is_lapsed,
        coalesce(chosen.cause, 'unknown') as cause,
        coalesce(chosen.points, 0) as points,
        chosen.evidence_zh,
        chosen.evidence_en
    from customers
    left join chosen
        on customers.customer_id = chosen.customer_id

)

select * from final
