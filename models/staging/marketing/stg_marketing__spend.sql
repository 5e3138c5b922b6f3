-- grain: one booking

with

spend as (

    {{ accepted(ref('base_marketing__spend')) }}

),

final as (

    select
        source_spend_id,
        campaign_code,
        channel,
        purpose,
        province_code,
        target_tier,
        amount,
        month_start_on,
        landed_on
    from spend

)

select * from final
