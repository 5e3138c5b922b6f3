-- grain: one customer and one trigger, its latest occurrence, as of the latest date

-- Each trigger names the purpose it needs: one that needs a consent needs it on some channel, and an unsubscription may
-- end it (seeds trigger_policy, consent_purposes). Who asked to be erased is on no list. For an organisation the first
-- of its members is asked who may be. Held back is a status with its reason, so nobody vanishes. No date of a birthday
-- is told: the list is that of the days ahead.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select
        trigger_policy.*,
        purposes.needs_consent,
        as_of.as_of_on,
        {{ add_days('as_of.as_of_on', '-trigger_policy.days') }} as start_on,
        {{ add_days('as_of.as_of_on', 'trigger_policy.days') }} as end_on
    from {{ ref('trigger_policy') }} as trigger_policy
    inner join {{ ref('consent_purposes') }} as purposes
        on trigger_policy.consent_purpose = purposes.purpose
    cross join as_of

),

month_ends as (

    -- the end of the month before the as-of date
    select max(dates.as_of_on) as as_of_on
    from {{ ref('int_value__as_of_dates') }} as dates
    inner join as_of
        on dates.as_of_on < as_of.as_of_on
    where dates.is_month_end

),

states as (

    select
        states.customer_id,
        states.value_tier,
        states.is_latest,
        tiers.tier_rank
    from {{ ref('int_value__customer_states') }} as states
    cross join month_ends
    left join {{ ref('value_tiers') }} as tiers
        on states.value_tier = tiers.value_tier
    where
        states.is_latest
        or states.as_of_on = month_ends.as_of_on

),

birthdays as (

    select
        customer_id,
        -- who was born on 29 February celebrates on the 28th
        extract(month from birth_date) * 100
        + case
            when extract(month from birth_date) = 2 then least(extract(day from birth_date), 28)
            else extract(day from birth_date)
        end as month_and_day
    from {{ ref('int_customers__profiles') }}
    where birth_date is not null

),

ahead as (

    select
        {{ each_number(1, 'policy.days') }} as day_number,
        policy.as_of_on
    from policy
    where policy.trigger_code = 'birthday'

),

days_ahead as (

    select
        extract(month from {{ add_days('as_of_on', 'day_number') }}) * 100
        + extract(day from {{ add_days('as_of_on', 'day_number') }}) as month_and_day
    from ahead

),

festivals as (

    select
        festivals.festival,
        min(festivals.festival_on) as festival_on
    from {{ ref('festivals') }} as festivals
    inner join policy
        on
            policy.trigger_code = 'festival'
            and festivals.festival_on > policy.as_of_on
            and festivals.festival_on <= policy.end_on
    group by festivals.festival

),

-- customers who bought in the window of the same festival before
festival_buyers as (

    select distinct
        orders.customer_number,
        festivals.festival_on
    from festivals
    inner join {{ ref('int_calendar__festival_days') }} as festival_days
        on
            festivals.festival = festival_days.festival
            and festivals.festival_on > festival_days.festival_on
    inner join {{ ref('int_marketing__orders') }} as orders
        on festival_days.date_on = orders.ordered_on

),

low_ratings as (

    select
        customer_id,
        cast(rated_at as date) as rated_on
    from {{ ref('followups_due') }}
    where follow_up_status in ('due', 'overdue')

),

last_activities as (

    select
        customer_id,
        greatest(last_purchase_on, last_opened_on) as last_activity_on
    from {{ ref('int_value__dormant_customers') }}

),

occurrences as (

    select
        contracts.customer_id,
        'contract_signed' as trigger_code,
        contracts.signed_on as occurred_on,
        cast(null as date) as valid_to_on
    from {{ ref('int_churn__contracts') }} as contracts

    union all

    select
        later.customer_id,
        'tier_up' as trigger_code,
        as_of.as_of_on as occurred_on,
        cast(null as date) as valid_to_on
    from states as later
    cross join as_of
    inner join states as earlier
        on
            later.customer_id = earlier.customer_id
            and later.tier_rank < earlier.tier_rank
    where
        later.is_latest
        and not earlier.is_latest

    union all

    select
        dormant.customer_id,
        'dormant' as trigger_code,
        {{ months_before('dormant.last_activity_on', '-value_policy.dormant_months') }} as occurred_on,
        cast(null as date) as valid_to_on
    from last_activities as dormant
    cross join {{ ref('value_policy') }} as value_policy

    union all

    select
        customer_id,
        'low_rating' as trigger_code,
        rated_on as occurred_on,
        cast(null as date) as valid_to_on
    from low_ratings

),

listed as (

    select
        occurrences.customer_id,
        occurrences.trigger_code,
        occurrences.occurred_on,
        occurrences.occurred_on as valid_from_on,
        {{ add_days('occurrences.occurred_on', 'policy.valid_days') }} as valid_until_on
    from occurrences
    inner join policy
        on
            occurrences.trigger_code = policy.trigger_code
            and occurrences.occurred_on > policy.start_on
            and occurrences.occurred_on <= policy.as_of_on

    union all

    select
        birthdays.customer_id,
        policy.trigger_code,
        cast(null as date) as occurred_on,
        {{ add_days('policy.as_of_on', 1) }} as valid_from_on,
        {{ add_days('policy.as_of_on', 'policy.valid_days') }} as valid_until_on
    from birthdays
    inner join days_ahead
        on birthdays.month_and_day = days_ahead.month_and_day
    inner join policy
        on policy.trigger_code = 'birthday'

    union all

    select
        profiles.customer_id,
        policy.trigger_code,
        min(festival_buyers.festival_on) as occurred_on,
        policy.as_of_on as valid_from_on,
        min(festival_buyers.festival_on) as valid_until_on
    from festival_buyers
    inner join {{ ref('int_customers__profiles') }} as profiles
        on festival_buyers.customer_number = {{ hashed_number('profiles.customer_id') }}
    inner join policy
        on policy.trigger_code = 'festival'
    group by profiles.customer_id, policy.trigger_code, policy.as_of_on

),

latest as (

    select
        listed.*,
        as_of.as_of_on
    from listed
    cross join as_of
    where listed.valid_until_on >= as_of.as_of_on
    qualify row_number() over (
        partition by listed.customer_id, listed.trigger_code order by listed.occurred_on desc nulls last
    ) = 1

),

suppressed as (

    select
        suppressions.customer_id,
        suppressions.purpose,
        bool_or(suppressions.reason = 'erasure_requested') as is_erased
    from {{ ref('int_marketing__suppressions') }} as suppressions
    inner join as_of
        on suppressions.since_on <= as_of.as_of_on
    group by suppressions.customer_id, suppressions.purpose

),

consents as (

    select
        consents.customer_id,
        consents.purpose,
        {{ sorted_texts('case when consents.is_granted then consents.channel end', ', ', 'consents.channel') }}
            as consented_channels
    from {{ ref('int_marketing__consents') }} as consents
    inner join as_of
        on
            consents.valid_from_on <= as_of.as_of_on
            and consents.valid_to_on > as_of.as_of_on
    group by consents.customer_id, consents.purpose

),

judged as (

    select
        latest.*,
        representatives.contact_id,
        representatives.contact_rank,
        policy.consent_purpose,
        policy.needs_consent,
        policy.owner,
        policy.label_zh,
        policy.label_en,
        policy.action_zh,
        policy.action_en,
        consents.consented_channels,
        case
            when suppressed.customer_id is not null or left_alone.customer_id is not null then 'unsubscribed'
            when
                consents.customer_id is null
                and policy.needs_consent
                and representatives.contact_basis = 'organisation'
                then 'no_contact_person'
            when consents.customer_id is null and policy.needs_consent then 'no_consent'
            when consents.customer_id is not null and consents.consented_channels is null then 'consent_withdrawn'
        end as held_back_reason
    from latest
    inner join policy
        on latest.trigger_code = policy.trigger_code
    inner join {{ ref('int_marketing__representatives') }} as representatives
        on latest.customer_id = representatives.customer_id
    left join suppressed
        on
            representatives.contact_id = suppressed.customer_id
            and policy.consent_purpose = suppressed.purpose
    left join suppressed as left_alone
        on
            latest.customer_id = left_alone.customer_id
            and policy.consent_purpose = left_alone.purpose
    left join consents
        on
            representatives.contact_id = consents.customer_id
            and policy.consent_purpose = consents.purpose
    where
        not coalesce(suppressed.is_erased, false)
        and not coalesce(left_alone.is_erased, false)

),

-- who may be contacted goes first, then the rank
placed as (

    select *
    from judged
    qualify row_number() over (
        partition by customer_id, trigger_code
        order by case when held_back_reason is null then 0 else 1 end asc, contact_rank asc nulls last
    ) = 1

),

final as (

    select
        cast(placed.customer_id as string) as customer_id,
        cast(placed.trigger_code as string) as trigger_code,
        cast(placed.contact_id as string) as contact_id,
        cast(placed.label_zh as string) as trigger_zh,
        cast(placed.label_en as string) as trigger_en,
        cast(case when placed.held_back_reason is null then 'listed' else 'held_back' end as string) as list_status,
        cast(placed.held_back_reason as string) as held_back_reason,
        cast(reasons.label_zh as string) as held_back_reason_zh,
        cast(reasons.label_en as string) as held_back_reason_en,
        cast(placed.consent_purpose as string) as consent_purpose,
        cast(placed.needs_consent as boolean) as needs_consent,
        cast(placed.consented_channels as string) as consented_channels,
        cast(states.value_tier as string) as value_tier,
        cast(modes.service_mode as string) as service_mode,
        cast(placed.action_zh as string) as action_zh,
        cast(placed.action_en as string) as action_en,
        cast(placed.owner as string) as owner,
        cast(placed.occurred_on as date) as occurred_on,
        cast(placed.valid_from_on as date) as valid_from_on,
        cast(placed.valid_until_on as date) as valid_until_on,
        cast(placed.as_of_on as date) as as_of_on
    from placed
    left join states
        on
            placed.customer_id = states.customer_id
            and states.is_latest
    left join {{ ref('service_modes') }} as modes
        on coalesce(states.value_tier, 'none') = coalesce(modes.value_tier, 'none')
    left join {{ ref('int_marketing__code_labels') }} as reasons
        on
            reasons.list_code = 'held_back_reason'
            and placed.held_back_reason = reasons.code

)

select * from final
