-- grain: one run of days on which a sign of one kind stood out in one segment

-- The signs of a window of days against those of the days before it. The evidence is how improbable so many are, as a
-- power of ten (Chernoff's bound of a Poisson count, whose expectation has half a sign in hand).

{%- set start = add_days('signs.ordered_on', '-kinds.window_days') %}

with

kinds as (

    select * from {{ ref('anomaly_kinds') }}

),

signs as (

    select * from {{ ref('int_management__sales_signs') }}

),

windows as (

    select
        signs.anomaly_kind,
        signs.segment,
        signs.ordered_on,
        {%- for column in ['sign_count', 'base'] %}
        sum(case when earlier.ordered_on > {{ start }} then earlier.{{ column }} else 0 end) as {{ column }},
        sum(case when earlier.ordered_on <= {{ start }} then earlier.{{ column }} else 0 end) as history_{{ column }},
        {%- endfor %}
        min(case when earlier.ordered_on > {{ start }} and earlier.sign_count > 0 then earlier.ordered_on end)
            as since_on
    from signs
    inner join kinds
        on signs.anomaly_kind = kinds.anomaly_kind
    inner join signs as earlier
        on
            signs.anomaly_kind = earlier.anomaly_kind
            and signs.segment = earlier.segment
            and signs.ordered_on >= earlier.ordered_on
            and {{ add_days('signs.ordered_on', '-kinds.window_days - kinds.history_days') }} < earlier.ordered_on
    where signs.sign_count > 0
    group by signs.anomaly_kind, signs.segment, signs.ordered_on

),

expected as (

    select
        windows.*,
        windows.base * (windows.history_sign_count + 0.5) / cast(windows.history_base as double) as expected_count
    from windows
    inner join kinds
        on
            windows.anomaly_kind = kinds.anomaly_kind
            and windows.history_base >= kinds.minimum_history
            and windows.sign_count >= kinds.minimum_count
            and windows.base > 0

),

weighed as (

    select
        *,
        (sign_count * ln(sign_count / expected_count) - sign_count + expected_count) / ln(10.0) as evidence
    from expected
    where sign_count > expected_count

),

told as (

    select
        weighed.*,
        kinds.window_days,
        lag(weighed.ordered_on) over (
            partition by weighed.anomaly_kind, weighed.segment order by weighed.ordered_on asc
        ) as told_before_on
    from weighed
    inner join kinds
        on
            weighed.anomaly_kind = kinds.anomaly_kind
            and weighed.evidence >= kinds.minimum_evidence

),

numbered as (

    select
        *,
        sum(
            case when {{ days_from('told_before_on', 'ordered_on') }} <= window_days then 0 else 1 end
        ) over (
            partition by anomaly_kind, segment order by ordered_on asc rows unbounded preceding
        ) as run_number
    from told

),

runs as (

    select
        anomaly_kind,
        segment,
        run_number,
        min(since_on) as since_on,
        max(ordered_on) as until_on,
        max(evidence) as evidence,
        max(expected_count / base) as expected_rate
    from numbered
    group by anomaly_kind, segment, run_number

),

final as (

    select
        runs.anomaly_kind,
        runs.segment,
        runs.since_on,
        runs.until_on,
        sum(signs.sign_count) as actual_count,
        runs.expected_rate * sum(signs.base) as expected_count,
        sum(signs.amount) as amount,
        runs.evidence
    from runs
    inner join signs
        on
            runs.anomaly_kind = signs.anomaly_kind
            and runs.segment = signs.segment
            and signs.ordered_on between runs.since_on and runs.until_on
    group by
        runs.anomaly_kind, runs.segment, runs.since_on, runs.until_on, runs.evidence, runs.expected_rate

)

select * from final
