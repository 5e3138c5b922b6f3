-- grain: one customer record of a source system, with the customer it belongs to

with

final as (

    select
        records.source_system,
        records.source_customer_id,
        records.record_key,
        records.record_id,
        records.customer_kind,
        assignments.customer_id
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__clusters') }} as clusters
        on records.record_key = clusters.record_key
    inner join {{ ref('int_identity__assignments') }} as assignments
        on clusters.cluster_key = assignments.cluster_key

)

select * from final
