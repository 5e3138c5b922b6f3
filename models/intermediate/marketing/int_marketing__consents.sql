-- grain: one customer, one purpose, one channel and one span of time in which the same held

-- The latest word of each record holds; of several records of a customer the refusal counts. Who has said nothing has
-- not agreed and has no row. A word holds from its day on. A suppression ends what was agreed, for good. Purposes that
-- the seed consent_purposes does not know are agreed by nobody.

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

purposes as (

    select purpose from {{ ref('consent_purposes') }}

),

words as (

    -- the last word of a day; of several at once the refusal
    select
        ids.customer_id,
        ids.record_key,
        consents.purpose,
        consents.channel,
        consents.is_granted,
        cast(consents.changed_at as date) as changed_on
    from {{ ref('input__consents') }} as consents
    inner join purposes
        on consents.purpose = purposes.purpose
    inner join ids
        on
            consents.source_system = ids.source_system
            and consents.source_customer_id = ids.source_customer_id
    where
        consents.changed_at is not null
        and consents.is_granted is not null
    qualify row_number() over (
        partition by ids.record_key, consents.purpose, consents.channel, cast(consents.changed_at as date)
        order by consents.changed_at desc nulls last, consents.is_granted asc, consents.source_consent_id asc
    ) = 1

),

changes as (

    -- how many records of the customer agree and refuse from the day on
    select
        customer_id,
        purpose,
        channel,
        changed_on,
        case when is_granted then 1 else 0 end
        - coalesce(lag(case when is_granted then 1 else 0 end) over record_words, 0) as granted_change,
        case when is_granted then 0 else 1 end
        - coalesce(lag(case when is_granted then 0 else 1 end) over record_words, 0) as refused_change
    from words
    window record_words as (partition by record_key, purpose, channel order by changed_on asc nulls last)

),

days as (

    select
        customer_id,
        purpose,
        channel,
        changed_on,
        sum(granted_change) as granted_change,
        sum(refused_change) as refused_change
    from changes
    group by customer_id, purpose, channel, changed_on

),

spans as (

    select
        customer_id,
        purpose,
        channel,
        sum(granted_change) over so_far > 0 and sum(refused_change) over so_far = 0 as is_granted,
        changed_on as valid_from_on,
        lead(changed_on, 1, date '9999-12-31') over (
            partition by customer_id, purpose, channel order by changed_on asc nulls last
        ) as valid_to_on
    from days
    window so_far as (
        partition by customer_id, purpose, channel order by changed_on asc nulls last
        rows between unbounded preceding and current row
    )

),

-- the first that ends it; of several at once the request to be erased
ends as (

    select
        customer_id,
        purpose,
        reason,
        since_on
    from {{ ref('int_marketing__suppressions') }}
    qualify row_number() over (partition by customer_id, purpose order by since_on asc nulls last, reason asc) = 1

),

cut as (

    select
        spans.customer_id,
        spans.purpose,
        spans.channel,
        case when spans.is_granted then 'granted' else 'refused' end as status,
        spans.valid_from_on,
        least(spans.valid_to_on, coalesce(ends.since_on, spans.valid_to_on)) as valid_to_on
    from spans
    left join ends
        on
            spans.customer_id = ends.customer_id
            and spans.purpose = ends.purpose

    union all

    select
        spans.customer_id,
        spans.purpose,
        spans.channel,
        ends.reason as status,
        greatest(spans.valid_from_on, ends.since_on) as valid_from_on,
        spans.valid_to_on
    from spans
    inner join ends
        on
            spans.customer_id = ends.customer_id
            and spans.purpose = ends.purpose

),

final as (

    select
        customer_id,
        purpose,
        channel,
        status,
        status = 'granted' as is_granted,
        valid_from_on,
        valid_to_on
    from cut
    where valid_from_on < valid_to_on

)

select * from final
