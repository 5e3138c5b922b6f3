-- grain: one customer with a strategy and one channel on which they are not contacted, and why, as of the latest date

with

candidates as (

    select * from {{ ref('int_marketing__activation_candidates') }}
    where held_back_reason is not null

),

final as (

    select
        cast(candidates.customer_id as varchar) as customer_id,
        cast(candidates.strategy as varchar) as strategy,
        cast(candidates.channel as varchar) as channel,
        cast(channels.label_zh as varchar) as channel_zh,
        cast(channels.label_en as varchar) as channel_en,
        cast(candidates.service_mode as varchar) as service_mode,
        cast(candidates.value_tier as varchar) as value_tier,
        cast(candidates.held_back_reason as varchar) as held_back_reason,
        cast(reasons.label_zh as varchar) as held_back_reason_zh,
        cast(reasons.label_en as varchar) as held_back_reason_en,
        cast(candidates.consent_purpose as varchar) as consent_purpose,
        cast(candidates.consent_channel as varchar) as consent_channel,
        cast(candidates.has_consent as boolean) as has_consent,
        cast(candidates.recent_contacts as bigint) as recent_contacts,
        cast(candidates.cap_contacts as bigint) as cap_contacts,
        cast(candidates.as_of_on as date) as as_of_on
    from candidates
    left join {{ ref('int_marketing__code_labels') }} as reasons
        on
            reasons.list_code = 'held_back_reason'
            and candidates.held_back_reason = reasons.code
    left join {{ ref('int_marketing__code_labels') }} as channels
        on
            channels.list_code = 'contact_channel'
            and candidates.channel = channels.code

)

select * from final
