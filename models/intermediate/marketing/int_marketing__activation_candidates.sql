-- grain: one customer with a strategy and one channel of their service mode: to be contacted or held back, and why

-- In this order: suppression, consent for the channel and the purpose of the strategy (default deny), frequency cap
-- (SPEC 9). The first that stands in the way is the reason. Messages of all channels count towards the cap. For an
-- organisation the first of its members is contacted who may be; consent, suppression and cap are those of the person.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

assigned as (

    select * from {{ ref('int_marketing__strategy_matches') }}
    where is_assigned

),

strategies as (

    select
        strategies.strategy,
        strategies.consent_purpose,
        purposes.needs_consent
    from {{ ref('strategies') }} as strategies
    inner join {{ ref('consent_purposes') }} as purposes
        on strategies.consent_purpose = purposes.purpose

),

channels as (

    select
        modes.value_tier,
        channels.*
    from {{ ref('service_modes') }} as modes
    inner join {{ ref('service_mode_channels') }} as channels
        on modes.service_mode = channels.service_mode

),

suppressed as (

    select
        suppressions.customer_id,
        suppressions.purpose,
        min(suppressions.reason) as reason
    from {{ ref('int_marketing__suppressions') }} as suppressions
    inner join as_of
        on suppressions.since_on <= as_of.as_of_on
    group by suppressions.customer_id, suppressions.purpose

),

consents as (

    select
        consents.customer_id,
        consents.purpose,
        consents.channel,
        consents.is_granted
    from {{ ref('int_marketing__consents') }} as consents
    inner join as_of
        on
            consents.valid_from_on <= as_of.as_of_on
            and consents.valid_to_on > as_of.as_of_on

),

wanted as (

    select
        assigned.customer_id,
        assigned.strategy,
        assigned.reason_zh,
        assigned.reason_en,
        assigned.value_tier,
        assigned.customer_group,
        assigned.as_of_on,
        strategies.consent_purpose,
        strategies.needs_consent,
        channels.service_mode,
        channels.channel,
        channels.consent_channel,
        channels.cap_days,
        channels.cap_contacts,
        representatives.contact_id,
        representatives.contact_basis,
        representatives.contact_rule_zh,
        representatives.contact_rule_en,
        representatives.contact_rank
    from assigned
    inner join strategies
        on assigned.strategy = strategies.strategy
    inner join channels
        on assigned.value_tier = channels.value_tier
    inner join {{ ref('int_marketing__representatives') }} as representatives
        on assigned.customer_id = representatives.customer_id

),

messages as (

    select
        customer_id,
        cast(sent_at as date) as sent_on,
        sum(touch_count) as touch_count
    from {{ ref('int_marketing__contacts') }}
    where sent_at is not null
    group by customer_id, cast(sent_at as date)

),

recent as (

    select
        wanted.customer_id,
        wanted.channel,
        wanted.contact_id,
        sum(messages.touch_count) as recent_contacts
    from wanted
    inner join messages
        on
            wanted.contact_id = messages.customer_id
            and {{ add_days('wanted.as_of_on', '-wanted.cap_days') }} < messages.sent_on
    group by wanted.customer_id, wanted.channel, wanted.contact_id

),

judged as (

    select
        wanted.*,
        coalesce(consents.is_granted, false) as has_consent,
        coalesce(recent.recent_contacts, 0) as recent_contacts,
        -- nobody is asked in the name of an organisation that wants to be left alone
        case
            when coalesce(suppressed.reason, left_alone.reason) is not null
                then coalesce(suppressed.reason, left_alone.reason)
            when consents.customer_id is null and wanted.needs_consent and wanted.contact_basis = 'organisation'
                then 'no_contact_person'
            when consents.customer_id is null and wanted.needs_consent then 'no_consent'
            when not consents.is_granted then 'consent_withdrawn'
            when coalesce(recent.recent_contacts, 0) >= wanted.cap_contacts then 'frequency_cap'
        end as held_back_reason
    from wanted
    left join suppressed
        on
            wanted.contact_id = suppressed.customer_id
            and wanted.consent_purpose = suppressed.purpose
    left join suppressed as left_alone
        on
            wanted.customer_id = left_alone.customer_id
            and wanted.consent_purpose = left_alone.purpose
    left join consents
        on
            wanted.contact_id = consents.customer_id
            and wanted.consent_purpose = consents.purpose
            and wanted.consent_channel = consents.channel
    left join recent
        on
            wanted.customer_id = recent.customer_id
            and wanted.channel = recent.channel
            and wanted.contact_id = recent.contact_id

),

-- who may be contacted goes first, then the rank
placed as (

    select
        *,
        lead(contact_id) over by_rank as runner_up_id,
        row_number() over by_rank as place
    from judged
    window by_rank as (
        partition by customer_id, channel
        order by case when held_back_reason is null then 0 else 1 end asc, contact_rank asc nulls last
    )

),

final as (

    select
        customer_id,
        strategy,
        reason_zh,
        reason_en,
        value_tier,
        customer_group,
        as_of_on,
        consent_purpose,
        needs_consent,
        service_mode,
        channel,
        consent_channel,
        cap_days,
        cap_contacts,
        contact_id,
        contact_basis,
        contact_rule_zh,
        contact_rule_en,
        runner_up_id,
        has_consent,
        recent_contacts,
        held_back_reason
    from placed
    where place = 1

)

select * from final
