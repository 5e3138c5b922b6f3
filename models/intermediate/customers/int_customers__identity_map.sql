-- grain: one customer record that any build has seen, with the customer it belongs to

-- State: read by the next build. A record whose file is missing today keeps its customer, or follows it into a merger.

with

present as (

    select
        record_id,
        customer_id
    from {{ ref('int_customers__ids') }}

),

earlier as (

    select * from {{ ref('stg_state__identity_map') }}

),

together as (

    select
        earlier.customer_id as earlier_customer_id,
        present.customer_id,
        count(*) as record_count
    from earlier
    inner join present
        on earlier.record_id = present.record_id
    group by earlier.customer_id, present.customer_id

),

-- where most of an id's present records are now
followed as (

    select
        earlier_customer_id,
        customer_id
    from together
    qualify
        row_number() over (
            partition by earlier_customer_id
            order by
                case when customer_id = earlier_customer_id then 0 else 1 end asc,
                record_count desc,
                customer_id asc
        ) = 1

),

final as (

    select
        present.record_id,
        present.customer_id,
        coalesce(earlier.first_build_id, cast('{{ build_id() }}' as string)) as first_build_id,
        true as is_present
    from present
    left join earlier
        on present.record_id = earlier.record_id

    union all

    select
        earlier.record_id,
        coalesce(followed.customer_id, earlier.customer_id) as customer_id,
        earlier.first_build_id,
        false as is_present
    from earlier
    left join present
        on earlier.record_id = present.record_id
    left join followed
        on earlier.customer_id = followed.earlier_customer_id
    where present.record_id is null

)

select * from final
