-- grain: one customer record that an earlier build saw

with

final as (

    select
        record_id,
        customer_id,
        first_build_id,
        cast(is_present as boolean) as is_present
    from {{ source('state', 'identity_map') }}

)

select * from final
