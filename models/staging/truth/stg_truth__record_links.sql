-- grain: one labelled customer record

with

final as (

    select
        system as source_system,
        record_key as source_customer_id,
        customer_id as true_customer_id
    from {{ source('truth', 'record_links') }}

)

select * from final
