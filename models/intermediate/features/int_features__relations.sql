-- grain: one subject: loyalty points, contracts, consents

{%- set marketing_channels = ['sms', 'phone', 'email', 'wechat', 'push'] %}
{%- set purposes = ['personalisation', 'membership', 'sharing'] %}

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

ids as (

    select * from {{ ref('int_customers__ids') }}

),

members as (

    select distinct
        records.member_no,
        ids.customer_id
    from {{ ref('int_identity__records') }} as records
    inner join ids
        on records.record_key = ids.record_key
    where records.member_no is not null

),

movements as (

    select
        subjects.subject_key,
        points.transaction_type,
        points.points,
        points.level,
        cast(points.occurred_at as date) as occurred_on,
        cast(points.occurred_at as date) > subjects.start_12m_on as in_12m,
        row_number() over (
            partition by subjects.subject_key
            order by
                case when points.level is null then 1 else 0 end asc,
                points.occurred_at desc nulls last,
                points.source_transaction_id asc
        ) as level_rank
    from {{ ref('input__loyalty_transactions') }} as points
    inner join members
        on points.member_no = members.member_no
    inner join subjects
        on
            members.customer_id = subjects.customer_id
            and cast(points.occurred_at as date) <= subjects.as_of_on

),

loyalty as (

    select
        subject_key,
        max(case when level_rank = 1 then level end) as loyalty_level,
        sum(points) as points_balance,
        sum(case when in_12m and transaction_type = 'earn' then points else 0 end) as points_earned_12m,
        -sum(case when in_12m and transaction_type = 'redeem' then points else 0 end) as points_redeemed_12m,
        -sum(case when in_12m and transaction_type = 'expire' then points else 0 end) as points_expired_12m
    from movements
    group by subject_key

),

contracts as (

    select
        subjects.subject_key,
        bool_or(contracts.started_on <= subjects.as_of_on and contracts.ended_on >= subjects.as_of_on)
            as has_active_contract,
        sum(
            case
                when contracts.started_on <= subjects.as_of_on and contracts.ended_on >= subjects.as_of_on
                    then contracts.amount
                else 0
            end
        ) as active_contract_amount,
        max(
            case
                when contracts.started_on <= subjects.as_of_on and contracts.ended_on >= subjects.as_of_on
                    then {{ days_from('subjects.as_of_on', 'contracts.ended_on') }}
            end
        ) as contract_days_left,
        count(contracts.renews_contract_no) as contract_renewals
    from {{ ref('input__contracts') }} as contracts
    inner join ids
        on
            contracts.source_system = ids.source_system
            and contracts.source_customer_id = ids.source_customer_id
    inner join subjects
        on
            ids.customer_id = subjects.customer_id
            and coalesce(contracts.signed_on, contracts.started_on) <= subjects.as_of_on
    group by subjects.subject_key

),

held as (

    select
        subjects.subject_key,
        consents.purpose,
        consents.channel,
        consents.is_granted
    from {{ ref('int_marketing__consents') }} as consents
    inner join subjects
        on
            consents.customer_id = subjects.customer_id
            and consents.valid_from_on <= subjects.as_of_on
            and consents.valid_to_on > subjects.as_of_on

),

consents as (

    select
        {%- for channel in marketing_channels %}
        bool_and(case when purpose = 'marketing' and channel = '{{ channel }}' then is_granted end)
            as has_{{ channel }}_consent,
        {%- endfor %}
        {%- for purpose in purposes %}
        bool_and(case when purpose = '{{ purpose }}' then is_granted end) as has_{{ purpose }}_consent,
        {%- endfor %}
        subject_key
    from held
    group by subject_key

),

final as (

    select
        loyalty.loyalty_level,
        loyalty.points_balance,
        loyalty.points_earned_12m,
        loyalty.points_redeemed_12m,
        loyalty.points_expired_12m,
        contracts.has_active_contract,
        contracts.active_contract_amount,
        contracts.contract_days_left,
        contracts.contract_renewals,
        -- who has said nothing has not agreed
        {%- for channel in marketing_channels %}
        coalesce(consents.has_{{ channel }}_consent, false) as has_{{ channel }}_consent,
        {%- endfor %}
        {%- for purpose in purposes %}
        coalesce(consents.has_{{ purpose }}_consent, false) as has_{{ purpose }}_consent,
        {%- endfor %}
        subjects.subject_key
    from subjects
    left join loyalty
        on subjects.subject_key = loyalty.subject_key
    left join contracts
        on subjects.subject_key = contracts.subject_key
    left join consents
        on subjects.subject_key = consents.subject_key

)

select * from final
