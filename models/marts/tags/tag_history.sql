-- grain: one customer, tag and version gained or lost in one build: what earlier builds recorded and what is new

-- Only ever appended to. A build as of an earlier date than the last recorded one adds nothing.

with

earlier as (

    select * from {{ ref('stg_state__tag_history') }}

),

recorded as (

    select max(as_of_on) as last_on from earlier

),

as_of as (

    select as_of.as_of_on
    from {{ ref('int_calendar__as_of') }} as as_of
    cross join recorded
    where
        recorded.last_on is null
        or as_of.as_of_on >= recorded.last_on

),

changes as (

    select
        coalesce(tags.customer_id, held.customer_id) as customer_id,
        coalesce(tags.tag_code, held.tag_code) as tag_code,
        coalesce(tags.tag_version, held.tag_version) as tag_version,
        case when tags.customer_id is null then 'lost' else 'gained' end as event
    from {{ ref('customer_tags') }} as tags
    full outer join {{ ref('int_tags__recorded') }} as held
        on
            tags.customer_id = held.customer_id
            and tags.tag_code = held.tag_code
            and tags.tag_version = held.tag_version
    where
        tags.customer_id is null
        or held.customer_id is null

),

history as (

    select
        customer_id,
        tag_code,
        tag_version,
        event,
        as_of_on,
        build_id
    from earlier

    union all

    select
        changes.customer_id,
        changes.tag_code,
        changes.tag_version,
        changes.event,
        as_of.as_of_on,
        '{{ build_id() }}' as build_id
    from changes
    cross join as_of

),

final as (

    select
        cast(customer_id as string) as customer_id,
        cast(tag_code as string) as tag_code,
        cast(tag_version as integer) as tag_version,
        cast(event as string) as event,
        cast(as_of_on as date) as as_of_on,
        cast(build_id as string) as build_id
    from history

)

select * from final
