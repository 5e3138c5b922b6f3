-- grain: one customer and one entry into the win-back programme

with

steps as (

    select * from {{ ref('int_churn__winback_steps') }}

),

policy as (

    select * from {{ ref('winback_policy') }}

),

purchases as (

    select
        customer_id,
        as_of_on,
        last_purchase_on
    from {{ ref('int_churn__customers') }}
    where is_latest

),

entries as (

    select
        customer_id,
        entered_on,
        max(step) as last_step,
        {%- for step in [1, 2, 3] %}
        max(case when step = {{ step }} then step_on end) as step_{{ step }}_on,
        {%- endfor %}
        max(step_on) as last_step_on
    from steps
    group by customer_id, entered_on

),

returns as (

    select
        entries.customer_id,
        entries.entered_on,
        min(days.ordered_on) as won_back_on
    from entries
    inner join purchases
        on entries.customer_id = purchases.customer_id
    inner join {{ ref('int_value__day_versions') }} as days
        on
            entries.customer_id = days.customer_id
            and entries.entered_on < days.ordered_on
            and purchases.as_of_on >= days.valid_from_on
            and purchases.as_of_on < days.valid_to_on
    where days.order_count > 0
    group by entries.customer_id, entries.entered_on

),

final as (

    select
        cast(entries.customer_id as string) as customer_id,
        cast(entries.entered_on as date) as entered_on,
        cast(
            case
                when returns.won_back_on is not null then 'won_back'
                when next_steps.step is null then 'completed'
                else 'in_progress'
            end as string
        ) as programme_state,
        cast(entries.last_step as integer) as last_step,
        {%- for step in [1, 2, 3] %}
        cast(entries.step_{{ step }}_on as date) as step_{{ step }}_on,
        {%- endfor %}
        cast(last_steps.label_zh as string) as last_step_zh,
        cast(last_steps.label_en as string) as last_step_en,
        cast(case when returns.won_back_on is null then next_steps.step end as integer) as next_step,
        cast(
            case
                when returns.won_back_on is null
                    then {{ months_before('entries.last_step_on',
                        'last_steps.months_after_entry - next_steps.months_after_entry') }}
            end as date
        ) as next_step_on,
        cast(returns.won_back_on as date) as won_back_on,
        cast(purchases.as_of_on as date) as as_of_on
    from entries
    inner join purchases
        on entries.customer_id = purchases.customer_id
    left join returns
        on
            entries.customer_id = returns.customer_id
            and entries.entered_on = returns.entered_on
    left join policy as last_steps
        on entries.last_step = last_steps.step
    left join policy as next_steps
        on entries.last_step + 1 = next_steps.step

)

select * from final
