-- grain: one customer with a strategy, and one channel on which they are contacted or held back, as of the latest date

with

candidates as (

    select * from {{ ref('int_marketing__activation_candidates') }}

),

final as (

    select
        cast(candidates.customer_id as string) as customer_id,
        cast(candidates.strategy as string) as strategy,
        cast(candidates.channel as string) as channel,
        cast(candidates.contact_id as string) as contact_id,
        cast(candidates.contact_basis as string) as contact_basis,
        cast(candidates.contact_rule_zh as string) as contact_rule_zh,
        cast(candidates.contact_rule_en as string) as contact_rule_en,
        cast(candidates.runner_up_id as string) as runner_up_id,
        cast(customers.account_owner as string) as account_owner,
        cast(case when candidates.held_back_reason is null then 'listed' else 'held_back' end as string)
            as list_status,
        cast(candidates.held_back_reason as string) as held_back_reason,
        cast(reasons.label_zh as string) as held_back_reason_zh,
        cast(reasons.label_en as string) as held_back_reason_en,
        cast(channels.label_zh as string) as channel_zh,
        cast(channels.label_en as string) as channel_en,
        cast(strategies.label_zh as string) as strategy_zh,
        cast(strategies.label_en as string) as strategy_en,
        cast(candidates.service_mode as string) as service_mode,
        cast(candidates.value_tier as string) as value_tier,
        cast(candidates.customer_group as string) as customer_group,
        cast(strategies.action_zh as string) as action_zh,
        cast(strategies.action_en as string) as action_en,
        cast(candidates.reason_zh as string) as reason_zh,
        cast(candidates.reason_en as string) as reason_en,
        cast(strategies.offer_zh as string) as offer_zh,
        cast(strategies.offer_en as string) as offer_en,
        cast(strategies.owner as string) as owner,
        cast(candidates.consent_purpose as string) as consent_purpose,
        cast(candidates.consent_channel as string) as consent_channel,
        cast(candidates.has_consent as boolean) as has_consent,
        cast(candidates.recent_contacts as bigint) as recent_contacts,
        cast(candidates.cap_contacts as bigint) as cap_contacts,
        cast(greatest(candidates.cap_contacts - candidates.recent_contacts, 0) as bigint) as contacts_left,
        cast(candidates.as_of_on as date) as as_of_on,
        cast({{ add_days('candidates.as_of_on', 'strategies.valid_days') }} as date) as valid_until_on
    from candidates
    inner join {{ ref('strategies') }} as strategies
        on candidates.strategy = strategies.strategy
    left join {{ ref('customers') }} as customers
        on candidates.customer_id = customers.customer_id
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
