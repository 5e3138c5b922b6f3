-- grain: one campaign and profile

with

campaign_contacts as (

    {{ accepted(ref('base_marketing__campaign_contacts')) }}

),

final as (

    select
        campaign_code,
        source_customer_id,
        source_order_id,
        variant,
        landed_on,
        sent_at,
        opened_at,
        clicked_at,
        converted_at
    from campaign_contacts

)

select * from final
