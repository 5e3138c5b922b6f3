-- grain: one customer, one entry into the win-back programme and one step given

-- Whoever has lapsed enters; one step falls due at a time, as long as the customer has not bought since the entry, and
-- a step once given is never given again. Who came back and lapsed once more enters once more. When customers merge,
-- what either was given counts for both. This table is state: each published build hands it to the next.

with

earlier as (

    select * from {{ ref('stg_state__winback_steps') }}

),

mergers as (

    select
        customer_id,
        other_customer_id
    from {{ ref('customer_id_history') }}
    where
        event = 'merged'
        and build_id = '{{ build_id() }}'
    qualify row_number() over (
        partition by customer_id order by record_count desc, other_customer_id asc
    ) = 1

),

renamed as (

    select
        coalesce(mergers.other_customer_id, earlier.customer_id) as customer_id,
        earlier.entered_on,
        earlier.step,
        earlier.step_on
    from earlier
    left join mergers
        on earlier.customer_id = mergers.customer_id

),

purchases as (

    select
        customer_id,
        as_of_on,
        last_purchase_on,
        is_lapsed
    from {{ ref('int_churn__customers') }}
    where is_latest

),

spells as (

    -- entries without a purchase between them are one: the first; an entry is one of its own others
    select
        renamed.customer_id,
        renamed.step,
        renamed.step_on,
        min(others.entered_on) as entered_on
    from renamed
    inner join renamed as others
        on
            renamed.customer_id = others.customer_id
            and renamed.entered_on >= others.entered_on
    left join purchases
        on renamed.customer_id = purchases.customer_id
    where
        purchases.last_purchase_on <= others.entered_on
        or renamed.entered_on = others.entered_on
    group by renamed.customer_id, renamed.step, renamed.step_on

),

given as (

    select
        customer_id,
        entered_on,
        step,
        min(step_on) as step_on
    from spells
    group by customer_id, entered_on, step

),

running as (

    select
        customer_id,
        entered_on,
        max(step) as last_step,
        max(step_on) as last_step_on
    from given
    group by customer_id, entered_on
    qualify row_number() over (partition by customer_id order by entered_on desc) = 1

),

due as (

    select
        purchases.customer_id,
        purchases.as_of_on as entered_on,
        1 as step,
        purchases.as_of_on as step_on
    from purchases
    left join running
        on purchases.customer_id = running.customer_id
    where
        purchases.is_lapsed
        and (running.customer_id is null or purchases.last_purchase_on > running.entered_on)

    union all

    select
        running.customer_id,
        running.entered_on,
        steps.step,
        purchases.as_of_on as step_on
    from running
    inner join purchases
        on running.customer_id = purchases.customer_id
    inner join {{ ref('winback_policy') }} as steps
        on running.last_step + 1 = steps.step
    inner join {{ ref('winback_policy') }} as last_steps
        on running.last_step = last_steps.step
    where
        purchases.last_purchase_on <= running.entered_on
        and running.last_step_on <= {{ months_before(
            'purchases.as_of_on', 'steps.months_after_entry - last_steps.months_after_entry'
        ) }}

),

final as (

    select
        customer_id,
        entered_on,
        step,
        step_on
    from given

    union all

    select
        customer_id,
        entered_on,
        step,
        step_on
    from due

)

select * from final
