-- grain: one event in the life of a customer id in one build

-- created: the id is new. absorbed: records joined it that no build had seen. merged: its records went on to
-- `other_customer_id`. split: a smaller part of them went on to `other_customer_id`. retired: none of its records is
-- delivered any more. returned: some are again.

with

earlier_events as (

    select * from {{ ref('stg_state__customer_id_history') }}
    where build_id <> '{{ build_id() }}'

),

present as (

    select
        record_id,
        customer_id
    from {{ ref('int_customers__ids') }}

),

earlier as (

    select * from {{ ref('stg_state__identity_map') }}

),

moved as (

    select
        earlier.customer_id as earlier_customer_id,
        present.customer_id,
        earlier.is_present as was_present,
        count(*) as record_count
    from present
    left join earlier
        on present.record_id = earlier.record_id
    group by earlier.customer_id, present.customer_id, earlier.is_present

),

known as (

    select
        customer_id,
        max(case when is_present then 1 else 0 end) as was_present,
        count(*) as record_count
    from earlier
    group by customer_id

),

living as (

    select
        customer_id,
        count(*) as record_count
    from present
    group by customer_id

),

events as (

    select
        'created' as event,
        living.customer_id,
        cast(null as string) as other_customer_id,
        living.record_count
    from living
    left join known
        on living.customer_id = known.customer_id
    where known.customer_id is null

    union all

    select
        'absorbed' as event,
        moved.customer_id,
        cast(null as string) as other_customer_id,
        moved.record_count
    from moved
    inner join known
        on moved.customer_id = known.customer_id
    where moved.earlier_customer_id is null

    union all

    select
        case when living.customer_id is null then 'merged' else 'split' end as event,
        moved.earlier_customer_id as customer_id,
        moved.customer_id as other_customer_id,
        sum(moved.record_count) as record_count
    from moved
    left join living
        on moved.earlier_customer_id = living.customer_id
    where moved.earlier_customer_id <> moved.customer_id
    group by living.customer_id, moved.earlier_customer_id, moved.customer_id

    union all

    select
        'retired' as event,
        known.customer_id,
        cast(null as string) as other_customer_id,
        known.record_count
    from known
    left join living
        on known.customer_id = living.customer_id
    left join moved
        on known.customer_id = moved.earlier_customer_id
    where
        known.was_present = 1
        and living.customer_id is null
        and moved.customer_id is null

    union all

    select
        'returned' as event,
        living.customer_id,
        cast(null as string) as other_customer_id,
        living.record_count
    from living
    inner join known
        on living.customer_id = known.customer_id
    where known.was_present = 0

),

final as (

    select
        cast(build_id as string) as build_id,
        cast(as_of_on as date) as as_of_on,
        cast(event as string) as event,
        cast(customer_id as string) as customer_id,
        cast(other_customer_id as string) as other_customer_id,
        cast(record_count as bigint) as record_count
    from earlier_events

    union all

    select
        cast('{{ build_id() }}' as string) as build_id,
        cast(as_of.as_of_on as date) as as_of_on,
        cast(events.event as string) as event,
        cast(events.customer_id as string) as customer_id,
        cast(events.other_customer_id as string) as other_customer_id,
        cast(events.record_count as bigint) as record_count
    from events
    cross join {{ ref('int_calendar__as_of') }} as as_of

)

select * from final
