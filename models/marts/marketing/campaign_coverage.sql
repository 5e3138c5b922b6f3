-- grain: one end of a month (or the as-of date): customers with consent, and whom of them a campaign covers

-- Reached in the months up to the date (policy); with consent on the date for at least one channel. Whom a campaign
-- meant for everybody reached is not covered (seed campaign_targets).

with

dates as (

    select
        dates.as_of_on,
        dates.is_latest,
        {{ months_before('dates.as_of_on', 'policy.coverage_months') }} as start_on
    from {{ ref('int_value__as_of_dates') }} as dates
    cross join {{ ref('activation_policy') }} as policy
    where
        dates.is_latest
        or dates.is_reported

),

consents as (

    select
        dates.as_of_on,
        {{ hashed_number('consents.customer_id') }} as customer_number
    from {{ ref('int_marketing__consents') }} as consents
    inner join dates
        on
            consents.valid_from_on <= dates.as_of_on
            and consents.valid_to_on > dates.as_of_on
    inner join {{ ref('activation_policy') }} as policy
        on consents.purpose = policy.consent_purpose
    where consents.is_granted
    group by dates.as_of_on, {{ hashed_number('consents.customer_id') }}

),

reached as (

    select
        dates.as_of_on,
        {{ hashed_number('contacts.customer_id') }} as customer_number
    from {{ ref('int_marketing__contacts') }} as contacts
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on
            contacts.campaign_id = campaigns.campaign_id
            and campaigns.is_tag_targeted
    inner join dates
        on
            cast(contacts.sent_at as date) > dates.start_on
            and cast(contacts.sent_at as date) <= dates.as_of_on
    group by dates.as_of_on, {{ hashed_number('contacts.customer_id') }}

),

counted as (

    select
        consents.as_of_on,
        count(*) as consent_count,
        count(reached.customer_number) as covered_count
    from consents
    left join reached
        on
            consents.customer_number = reached.customer_number
            and consents.as_of_on = reached.as_of_on
    group by consents.as_of_on

),

reached_without as (

    select
        reached.as_of_on,
        count(*) as reached_count,
        count(case when consents.customer_number is null then 1 end) as reached_without_consent
    from reached
    left join consents
        on
            reached.customer_number = consents.customer_number
            and reached.as_of_on = consents.as_of_on
    group by reached.as_of_on

),

final as (

    select
        cast(dates.as_of_on as date) as as_of_on,
        cast(dates.is_latest as boolean) as is_latest,
        cast(coalesce(counted.consent_count, 0) as bigint) as consent_count,
        cast(coalesce(counted.covered_count, 0) as bigint) as covered_count,
        cast(counted.covered_count / cast(nullif(counted.consent_count, 0) as double) as double) as coverage,
        cast(benchmarks.reference as double) as reference_coverage,
        cast(coalesce(reached_without.reached_count, 0) as bigint) as reached_count,
        cast(coalesce(reached_without.reached_without_consent, 0) as bigint) as reached_without_consent_count
    from dates
    left join counted
        on dates.as_of_on = counted.as_of_on
    left join reached_without
        on dates.as_of_on = reached_without.as_of_on
    left join {{ ref('int_marketing__references') }} as benchmarks
        on benchmarks.metric = 'campaign_coverage'

)

select * from final
