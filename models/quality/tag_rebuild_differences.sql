-- grain: one customer and tag that a build as of a date recorded earlier finds different from the record

-- What was recorded as of this date against what is found now. Empty where the date is new, and where nothing has
-- changed; otherwise with the reason.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

is_recorded as (

    select bool_or(events.as_of_on = as_of.as_of_on) as is_recorded
    from {{ ref('stg_state__tag_history') }} as events
    cross join as_of

),

recorded as (

    select * from {{ ref('int_tags__recorded') }}

),

compared as (

    select
        coalesce(tags.customer_id, recorded.customer_id) as customer_id,
        coalesce(tags.tag_code, recorded.tag_code) as tag_code,
        coalesce(tags.tag_version, recorded.tag_version) as tag_version,
        recorded.customer_id is not null as was_held,
        tags.customer_id is not null as is_held
    from {{ ref('customer_tags') }} as tags
    full outer join recorded
        on
            tags.customer_id = recorded.customer_id
            and tags.tag_code = recorded.tag_code
            and tags.tag_version = recorded.tag_version
    where
        tags.customer_id is null
        or recorded.customer_id is null

),

in_force as (

    select
        tag_code,
        version as tag_version
    from {{ ref('tag_registry') }}
    where is_in_force

),

recorded_versions as (

    select distinct
        tag_code,
        tag_version
    from recorded

),

final as (

    select
        compared.customer_id,
        compared.tag_code,
        compared.tag_version,
        compared.was_held,
        compared.is_held,
        case
            when in_force.tag_code is null then 'rule_no_longer_in_force'
            when compared.is_held and recorded_versions.tag_code is null then 'rule_is_newer'
            when customers.customer_id is null then 'customer_joined_another'
            else 'data_changed'
        end as reason
    from compared
    inner join is_recorded
        on is_recorded.is_recorded
    left join in_force
        on
            compared.tag_code = in_force.tag_code
            and compared.tag_version = in_force.tag_version
    left join recorded_versions
        on
            compared.tag_code = recorded_versions.tag_code
            and compared.tag_version = recorded_versions.tag_version
    left join {{ ref('customer_features') }} as customers
        on compared.customer_id = customers.customer_id

)

select * from final
