-- grain: one pair of resolved customers that may be one

-- Two detectors look at what was not linked: one that knows nothing of the rules that resolve records (macro
-- duplicate_pairs), and the weights of all pairs of records that share a block key. A pair that something known rules
-- out, or that a steward keeps apart, is none.

-- the name agrees, or all but the name, and something differs that weights do not weigh: a relative or a namesake
-- explains the pair as well as one person does
{% set look_alikes = ['other_name', 'generations', 'namesakes'] %}
{% set detector = duplicate_pairs(
    relation='customers',
    scope='customer_kind',
    record='customer_id',
    name='shown_name',
    identifiers=['unionid', 'credit_code', 'id_number_hash', 'member_no'],
    details={'birth_date': 'birth', 'phone': 'phone', 'email': 'email', 'city_code': 'place', 'address': 'place'},
    max_records_per_name='(select max_records_per_name from ' ~ ref('duplicate_policy') ~ ')',
) %}

with

identifiers as (

    select
        ids.customer_id,
        min(records.id_number_hash) as id_number_hash,
        min(records.company_branch) as company_branch
    from {{ ref('int_customers__ids') }} as ids
    inner join {{ ref('int_identity__records') }} as records
        on ids.record_key = records.record_key
    group by ids.customer_id

),

customers as (

    select
        profiles.*,
        identifiers.id_number_hash,
        case
            when profiles.customer_kind = 'organisation'
                then profiles.company_name || coalesce(identifiers.company_branch, '')
            else profiles.name
        end as shown_name
    from {{ ref('int_customers__profiles') }} as profiles
    inner join identifiers
        on profiles.customer_id = identifiers.customer_id

),

pairs as (

    {{ detector }}

),

separated as (

    select distinct
        least(a.customer_id, b.customer_id) as first_customer_id,
        greatest(a.customer_id, b.customer_id) as other_customer_id
    from {{ ref('int_identity__decisions') }} as decisions
    inner join {{ ref('int_customers__ids') }} as a
        on decisions.record_key_a = a.record_key
    inner join {{ ref('int_customers__ids') }} as b
        on decisions.record_key_b = b.record_key
    where decisions.decision = 'must_not_link'

),

detected as (

    select
        pairs.scope as customer_kind,
        pairs.first_record as first_customer_id,
        pairs.other_record as other_customer_id,
        pairs.evidence,
        'nothing' as lacks,
        cast(null as integer) as record_key_a,
        cast(null as integer) as record_key_b,
        cast(null as double) as match_weight,
        1.0 as match_probability
    from pairs
    inner join customers as a
        on pairs.first_record = a.customer_id
    inner join customers as b
        on pairs.other_record = b.customer_id
    where not {{ identity_conflict('a', 'b') }}

),

weighed as (

    select
        'person' as customer_kind,
        least(a.customer_id, b.customer_id) as first_customer_id,
        greatest(a.customer_id, b.customer_id) as other_customer_id,
        'weights' as evidence,
        coalesce(
            scores.asks_for,
            case when scores.match_weight >= policy.review_weight then 'nothing' else 'weight' end
        ) as lacks,
        scores.record_key_a,
        scores.record_key_b,
        scores.match_weight,
        case
            -- heavy enough to be joined, and not joined: what else is known of the two speaks against it
            when
                scores.asks_for in ('{{ look_alikes | join("', '") }}')
                or (scores.asks_for is null and scores.match_weight >= policy.link_weight)
                then scores.match_probability / (1.0 + scores.match_probability)
            else scores.match_probability
        end as match_probability
    from {{ ref('int_identity__scores') }} as scores
    inner join {{ ref('int_customers__ids') }} as a
        on scores.record_key_a = a.record_key
    inner join {{ ref('int_customers__ids') }} as b
        on scores.record_key_b = b.record_key
    cross join {{ ref('identity_model') }} as policy
    where
        a.customer_id <> b.customer_id
        and not scores.is_conflict

),

found as (

    select * from detected

    union all

    select * from weighed

),

-- of several pairs of records that which speaks most for one customer
likeliest as (

    select *
    from found
    qualify
        row_number() over (
            partition by first_customer_id, other_customer_id
            order by match_weight desc nulls first, record_key_a asc, record_key_b asc
        ) = 1

),

final as (

    select
        cast(likeliest.customer_kind as string) as customer_kind,
        cast(likeliest.first_customer_id as string) as first_customer_id,
        cast(likeliest.other_customer_id as string) as other_customer_id,
        cast(likeliest.evidence as string) as evidence,
        cast(likeliest.lacks as string) as lacks,
        cast(likeliest.record_key_a as integer) as record_key_a,
        cast(likeliest.record_key_b as integer) as record_key_b,
        cast(likeliest.match_weight as double) as match_weight,
        cast(likeliest.match_probability as double) as match_probability
    from likeliest
    left join separated
        on
            likeliest.first_customer_id = separated.first_customer_id
            and likeliest.other_customer_id = separated.other_customer_id
    where separated.first_customer_id is null

)

select * from final
