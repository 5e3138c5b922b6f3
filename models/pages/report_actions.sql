-- grain: one week, month or quarter that is over and one action that its figures call for

-- An action is recommended where its KPI is behind the target in force, or worse than last year or the period before by
-- at least the change of the rule. The KPI is expected to close a share of that gap; the first period of the kind that
-- ends on or after the due date measures it. Nothing says whether an action was taken: what was measured is no effect.

with

periods as (

    select * from {{ ref('int_management__report_periods') }}

),

figures as (

    select * from {{ ref('report_figures') }}

),

rules as (

    select * from {{ ref('report_action_rules') }}

),

situations as (

    select
        figures.period_kind,
        figures.period,
        figures.kpi,
        figures.kpi_zh,
        figures.kpi_en,
        figures.unit,
        figures.direction,
        figures.is_low_base,
        figures.value,
        figures.period_end_on,
        rules.action,
        rules.situation,
        rules.priority,
        rules.owner,
        rules.change_limit,
        rules.gap_share,
        rules.label_zh,
        rules.label_en,
        case rules.situation
            when 'target' then figures.target
            when 'last_year' then coalesce(figures.last_year_aligned_value, figures.last_year_value)
            when 'previous' then figures.previous_value
        end as reference_value,
        {{ add_days('figures.period_end_on', 'rules.due_days') }} as due_on
    from figures
    inner join rules
        on
            figures.period_kind = rules.period_kind
            and figures.kpi = rules.kpi
    where figures.status = 'measured'

),

gaps as (

    select
        situations.*,
        case situations.direction when 'higher' then 1 else -1 end * (situations.reference_value - situations.value)
            as gap,
        case when units.is_relative then abs(situations.reference_value) else 1 end as gap_unit
    from situations
    inner join {{ ref('report_units') }} as units
        on situations.unit = units.unit

),

called as (

    select
        *,
        value + gap_share * (reference_value - value) as expected_value
    from gaps
    where
        gap > 0
        and gap >= coalesce(change_limit, 0) * gap_unit

),

measured_at as (

    select
        called.period_kind,
        called.period,
        called.action,
        min(periods.period_end_on) as period_end_on
    from called
    inner join periods
        on
            called.period_kind = periods.period_kind
            and called.due_on <= periods.period_end_on
    group by called.period_kind, called.period, called.action

),

compared as (

    select
        called.*,
        periods.period as measured_period,
        coalesce(periods.is_over, false) as is_measured_period_over,
        measured.value as measured_value,
        measured.is_low_base as is_measured_low_base,
        case called.direction when 'higher' then 1 else -1 end as sense
    from called
    left join measured_at
        on
            called.period_kind = measured_at.period_kind
            and called.period = measured_at.period
            and called.action = measured_at.action
    left join periods
        on
            measured_at.period_kind = periods.period_kind
            and measured_at.period_end_on = periods.period_end_on
    left join figures as measured
        on
            periods.period_kind = measured.period_kind
            and periods.period = measured.period
            and called.kpi = measured.kpi

),

final as (

    select
        cast(compared.period_kind as string) as period_kind,
        cast(compared.period as string) as period,
        cast(compared.action as string) as action,
        cast(compared.label_zh as string) as action_zh,
        cast(compared.label_en as string) as action_en,
        cast(compared.priority as integer) as priority,
        cast(compared.situation as string) as situation,
        cast(compared.kpi as string) as kpi,
        cast(compared.kpi_zh as string) as kpi_zh,
        cast(compared.kpi_en as string) as kpi_en,
        cast(compared.unit as string) as unit,
        cast(compared.direction as string) as direction,
        cast(compared.owner as string) as owner,
        cast(coalesce(owners.label_zh, compared.owner) as string) as owner_zh,
        cast(coalesce(owners.label_en, compared.owner) as string) as owner_en,
        cast(compared.is_low_base as boolean) as is_low_base,
        cast(compared.value as double) as value,
        cast(compared.reference_value as double) as reference_value,
        cast(compared.gap_share as double) as gap_share,
        cast(compared.expected_value as double) as expected_value,
        cast(compared.measured_period as string) as measured_period,
        cast(compared.measured_value as double) as measured_value,
        cast(
            case
                when not compared.is_measured_period_over then 'waiting'
                when compared.measured_value is null then 'not_measured'
                when compared.sense * (compared.measured_value - compared.expected_value) >= 0 then 'reached'
                when compared.sense * (compared.measured_value - compared.value) > 0 then 'on_the_way'
                else 'not_reached'
            end as string
        ) as result,
        cast(coalesce(compared.is_measured_low_base, false) as boolean) as is_measured_low_base,
        cast(compared.due_on as date) as due_on
    from compared
    left join {{ ref('report_owners') }} as owners
        on compared.owner = owners.owner

)

select * from final
