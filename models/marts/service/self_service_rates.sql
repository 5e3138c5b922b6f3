-- grain: one month and one measure of self-service

-- `status` says why a rate is missing: `no_input` where no source says anything of the kind (how right a bot's
-- answers were is recorded nowhere), `no_base` where there was nothing to count.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

months as (

    select distinct customer_months.month_start_on
    from {{ ref('int_service__customer_months') }} as customer_months
    inner join as_of
        on customer_months.month_start_on <= as_of.as_of_on

),

active as (

    select
        {{ hashed_number('customer_id') }} as customer_number,
        month_start_on
    from {{ ref('int_service__customer_months') }}
    where is_active

),

users as (

    select distinct
        customer_number,
        cast(date_trunc('month', occurred_at) as date) as month_start_on
    from {{ ref('int_journey__interactions') }}
    where
        is_by_record
        and family = 'behaviour'

),

usage as (

    select
        active.month_start_on,
        'platform_usage' as measure,
        count(users.customer_number) as numerator,
        count(*) as base
    from active
    left join users
        on
            active.customer_number = users.customer_number
            and active.month_start_on = users.month_start_on
    group by active.month_start_on

),

tickets as (

    select * from {{ ref('int_service__tickets') }}
    -- what a bot could have taken
    where channel in ('bot', 'online', 'hotline')

),

bots as (

    select
        month_start_on,
        'bot_coverage' as measure,
        count(case when channel = 'bot' then 1 end) as numerator,
        count(*) as base
    from tickets
    group by month_start_on

    union all

    select
        month_start_on,
        'human_share' as measure,
        count(case when channel <> 'bot' then 1 end) as numerator,
        count(*) as base
    from tickets
    group by month_start_on

    union all

    select
        month_start_on,
        'bot_solved' as measure,
        count(case when is_bot_solved then 1 end) as numerator,
        count(is_bot_solved) as base
    from tickets
    group by month_start_on

),

counted as (

    select * from usage

    union all

    select * from bots

),

inputs as (

    select
        'platform_usage' as measure,
        count(*) > 0 as has_input
    from users

    union all

    {% for measure in ['bot_coverage', 'bot_solved', 'human_share'] -%}
    select
        '{{ measure }}' as measure,
        count(*) > 0 as has_input
    from tickets
    where channel = 'bot'

    union all

    {% endfor -%}
    select
        'bot_accuracy' as measure,
        false as has_input

),

final as (

    select
        cast(months.month_start_on as date) as month_start_on,
        cast(inputs.measure as string) as measure,
        cast(labels.label_zh as string) as measure_zh,
        cast(labels.label_en as string) as measure_en,
        cast(
            case
                when not inputs.has_input then 'no_input'
                when coalesce(counted.base, 0) = 0 then 'no_base'
                else 'measured'
            end as string
        ) as status,
        cast(case when inputs.has_input then counted.numerator end as bigint) as numerator,
        cast(case when inputs.has_input then counted.base end as bigint) as base,
        cast(
            case when inputs.has_input then counted.numerator / cast(nullif(counted.base, 0) as double) end as double
        ) as rate,
        cast(benchmarks.reference as double) as reference_rate
    from months
    cross join inputs
    left join counted
        on
            months.month_start_on = counted.month_start_on
            and inputs.measure = counted.measure
    left join {{ ref('int_marketing__code_labels') }} as labels
        on
            labels.list_code = 'self_service'
            and inputs.measure = labels.code
    left join {{ ref('int_marketing__references') }} as benchmarks
        on inputs.measure = benchmarks.metric

)

select * from final
