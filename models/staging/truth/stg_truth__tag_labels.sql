-- grain: one true customer and one labelled tag

with

final as (

    select
        customer_id as true_customer_id,
        tag_code,
        cast(holds as boolean) as is_true
    from {{ source('truth', 'tag_labels') }}

)

select * from final
