-- grain: two true customers that look alike, and in what

with

final as (

    select
        kind,
        customer_id_a as true_customer_id_a,
        customer_id_b as true_customer_id_b
    from {{ source('truth', 'hard_negatives') }}

)

select * from final
