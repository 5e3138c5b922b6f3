-- grain: accuracy of one source system, or of all of them

with

verdicts as (

    {% if is_own_system('stewardship') -%}
    select * from {{ ref('stg_stewardship__audit_verdicts') }}
    {%- else -%}
    select
        cast(null as date) as audit_month,
        cast(null as string) as record_id,
        cast(null as string) as field,
        cast(null as string) as verdict
    where false
    {%- endif %}

),

sample as (

    select * from {{ ref('audit_sample') }}

),

as_of as (

    select * from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('audit_policy') }}

),

-- what nobody could tell is no answer
answers as (

    select
        sample.source_system,
        sum(case when verdicts.verdict = 'agrees' then 1 else 0 end) as agreed_count,
        count(*) as answer_count
    from verdicts
    inner join sample
        on
            verdicts.audit_month = sample.audit_month
            and verdicts.record_id = sample.record_id
            and verdicts.field = sample.field
    cross join as_of
    cross join policy
    where
        verdicts.verdict in ('agrees', 'differs')
        and verdicts.audit_month > {{ months_before('as_of.as_of_on', 'policy.window_months') }}
        and verdicts.audit_month <= as_of.as_of_on
    group by sample.source_system

),

final as (

    select
        'accuracy' as measure,
        source_system,
        'customers' as entity,
        cast(agreed_count as decimal(18, 2)) as numerator,
        cast(answer_count as decimal(18, 2)) as denominator
    from answers

    union all

    -- without verdicts this row says that accuracy was not measured
    select
        'accuracy' as measure,
        'all' as source_system,
        'customers' as entity,
        cast(coalesce(sum(agreed_count), 0) as decimal(18, 2)) as numerator,
        cast(coalesce(sum(answer_count), 0) as decimal(18, 2)) as denominator
    from answers

)

select * from final
