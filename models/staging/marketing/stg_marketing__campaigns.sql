-- grain: one campaign

with

campaigns as (

    {{ accepted(ref('base_marketing__campaigns')) }}

),

final as (

    select
        campaign_code,
        campaign_name,
        target_group,
        scene,
        content_type,
        channel,
        owner,
        is_joint,
        is_acquisition,
        has_variants,
        budget,
        started_on,
        ended_on,
        landed_on
    from campaigns

)

select * from final
