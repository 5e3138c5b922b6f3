-- grain: one customer, one channel and one span of time in which the same was agreed for the purpose of the policy

-- The latest word of each record holds; of several records of a customer the refusal counts. Who has said nothing has
-- not agreed and has no row. A word holds from its day on.

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

policy as (

    select consent_purpose from {{ ref('activation_policy') }}

),

words as (

    -- the last word of a day; of several at once the refusal
    select
        ids.customer_id,
        ids.record_key,
        consents.channel,
        consents.is_granted,
        cast(consents.changed_at as date) as changed_on
    from {{ ref('input__consents') }} as consents
    inner join policy
        on consents.purpose = policy.consent_purpose
    inner join ids
        on
            consents.source_system = ids.source_system
            and consents.source_customer_id = ids.source_customer_id
    where
        consents.changed_at is not null
        and consents.is_granted is not null
    qualify row_number() over (
        partition by ids.record_key, consents.channel, cast(consents.changed_at as date)
        order by consents.changed_at desc nulls last, consents.is_granted asc, consents.source_consent_id asc
    ) = 1

),

changes as (

    -- how many records of the customer agree and refuse from the day on
    select
        customer_id,
        channel,
        changed_on,
        case when is_granted then 1 else 0 end
        - coalesce(lag(case when is_granted then 1 else 0 end) over record_words, 0) as granted_change,
        case when is_granted then 0 else 1 end
        - coalesce(lag(case when is_granted then 0 else 1 end) over record_words, 0) as refused_change
    from words
    window record_words as (partition by record_key, channel order by changed_on asc nulls last)

),

days as (

    select
        customer_id,
        channel,
        changed_on,
        sum(granted_change) as granted_change,
        sum(refused_change) as refused_change
    from changes
    group by customer_id, channel, changed_on

),

final as (

    select
        customer_id,
        channel,
        sum(granted_change) over so_far > 0 and sum(refused_change) over so_far = 0 as is_granted,
        changed_on as valid_from_on,
        lead(changed_on, 1, date '9999-12-31') over (
            partition by customer_id, channel order by changed_on asc nulls last
        ) as valid_to_on
    from days
    window so_far as (
        partition by customer_id, channel order by changed_on asc nulls last
        rows between unbounded preceding and current row
    )

)

select * from final
