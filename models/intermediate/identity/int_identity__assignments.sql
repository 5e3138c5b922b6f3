-- grain: one cluster of customer records, with the customer id it bears

-- An id stays with the larger part of its records, and of several ids a cluster bears the one that most of its records
-- had; ties go to the id that was issued first, then to the smaller. A cluster without an earlier id is named after its
-- first record, as it was on that day: the name does not follow its members.

with

clusters as (

    select
        clusters.cluster_key,
        records.record_id
    from {{ ref('int_identity__clusters') }} as clusters
    inner join {{ ref('int_identity__records') }} as records
        on clusters.record_key = records.record_key

),

earlier as (

    select * from {{ ref('stg_state__identity_map') }}

),

issued as (

    select
        customer_id,
        min(first_build_id) as first_build_id
    from earlier
    group by customer_id

    union all

    -- ids that bear no record any more are not given out again
    select
        history.customer_id,
        min(history.build_id) as first_build_id
    from {{ ref('stg_state__customer_id_history') }} as history
    left join earlier
        on history.customer_id = earlier.customer_id
    where earlier.customer_id is null
    group by history.customer_id

),

shares as (

    select
        clusters.cluster_key,
        earlier.customer_id,
        min(issued.first_build_id) as first_build_id,
        count(*) as record_count
    from clusters
    inner join earlier
        on clusters.record_id = earlier.record_id
    inner join issued
        on earlier.customer_id = issued.customer_id
    group by clusters.cluster_key, earlier.customer_id

),

larger_parts as (

    select *
    from shares
    qualify row_number() over (partition by customer_id order by record_count desc, cluster_key asc) = 1

),

survivors as (

    select *
    from larger_parts
    qualify
        row_number() over (
            partition by cluster_key
            order by record_count desc, first_build_id asc, customer_id asc
        ) = 1

),

founders as (

    select
        clusters.cluster_key,
        min(case when issued.customer_id is null then clusters.record_id end) as record_id,
        min(clusters.record_id) as first_record_id
    from clusters
    left join issued
        on clusters.record_id = issued.customer_id
    left join survivors
        on clusters.cluster_key = survivors.cluster_key
    where survivors.cluster_key is null
    group by clusters.cluster_key

),

final as (

    select
        cluster_key,
        customer_id,
        false as is_new
    from survivors

    union all

    -- all records have lent their name before: the build tells the new id apart
    select
        cluster_key,
        coalesce(record_id, first_record_id || '.{{ build_id() | replace(" ", "-") }}') as customer_id,
        true as is_new
    from founders

)

select * from final
