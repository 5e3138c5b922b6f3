-- grain: one customer and one entry into the win-back programme

-- Whoever lapses enters on that day. Each step falls due so many months after it, and the programme ends with the
-- months of the last one: who lapsed longer ago is asked for nothing any more.

with

policy as (

    select * from {{ ref('winback_policy') }}

),

programme as (

    select max(months_until) as months from policy

),

entries as (

    select
        lapses.*,
        {{ months_before('lapses.lapsed_on', '-programme.months') }} as ends_on
    from {{ ref('int_churn__lapses') }} as lapses
    cross join programme

),

stepped as (

    -- a step falls due as long as the customer has not bought again
    select
        entries.customer_id,
        entries.lapsed_on,
        entries.returned_on,
        policy.step,
        {{ months_before('entries.lapsed_on', '-policy.months_from') }} as step_on,
        {{ months_before('entries.lapsed_on', '-policy.months_from') }} <= coalesce(
            least(entries.as_of_on, entries.returned_on), entries.as_of_on
        ) as is_due
    from entries
    cross join policy

),

steps as (

    select
        customer_id,
        lapsed_on,
        {%- for step in [1, 2, 3] %}
        max(case when is_due and step = {{ step }} then step_on end) as step_{{ step }}_on,
        {%- endfor %}
        max(case when is_due then step end) as last_step,
        min(case when not is_due and returned_on is null then step end) as next_step
    from stepped
    group by customer_id, lapsed_on

),

final as (

    select
        cast(entries.customer_id as string) as customer_id,
        cast(entries.lapsed_on as date) as entered_on,
        cast(entries.ends_on as date) as ends_on,
        cast(
            case
                when entries.returned_on < entries.ends_on then 'won_back'
                when entries.returned_on is not null then 'returned_later'
                when entries.as_of_on < entries.ends_on then 'in_progress'
                else 'expired'
            end as string
        ) as programme_state,
        cast(steps.last_step as integer) as last_step,
        {%- for step in [1, 2, 3] %}
        cast(steps.step_{{ step }}_on as date) as step_{{ step }}_on,
        {%- endfor %}
        cast(last_steps.label_zh as string) as last_step_zh,
        cast(last_steps.label_en as string) as last_step_en,
        cast(steps.next_step as integer) as next_step,
        cast({{ months_before('entries.lapsed_on', '-next_steps.months_from') }} as date) as next_step_on,
        cast(entries.returned_on as date) as won_back_on,
        cast(entries.as_of_on as date) as as_of_on
    from entries
    inner join steps
        on
            entries.customer_id = steps.customer_id
            and entries.lapsed_on = steps.lapsed_on
    left join policy as last_steps
        on steps.last_step = last_steps.step
    left join policy as next_steps
        on steps.next_step = next_steps.step

)

select * from final
