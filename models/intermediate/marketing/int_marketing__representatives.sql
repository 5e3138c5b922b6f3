-- grain: one customer and one person through whom they can be reached

-- A person speaks for themselves. For an organisation speak its members, in the order of seed contact_roles: by their
-- part in decisions, then by their level, then who was seen last; after them the organisation by its own address.

with

customers as (

    select
        customer_id,
        customer_kind
    from {{ ref('int_customers__profiles') }}

),

members as (

    select * from {{ ref('organisation_members') }}

),

ranked as (

    select
        members.organisation_id as customer_id,
        members.customer_id as contact_id,
        roles.label_zh as role_zh,
        roles.label_en as role_en,
        levels.label_zh as level_zh,
        levels.label_en as level_en,
        row_number() over (
            partition by members.organisation_id
            order by
                roles.contact_rank asc nulls last,
                levels.contact_rank asc nulls last,
                members.last_seen_on desc nulls last,
                members.customer_id asc
        ) as contact_rank
    from members
    left join {{ ref('contact_roles') }} as roles
        on
            roles.field = 'decision_role'
            and lower(members.decision_role) = roles.word
    left join {{ ref('contact_roles') }} as levels
        on
            levels.field = 'job_level'
            and lower(members.job_level) = levels.word

),

counted as (

    select
        customer_id,
        count(*) as member_count
    from ranked
    group by customer_id

),

final as (

    select
        customer_id,
        contact_id,
        'member' as contact_basis,
        case
            when role_zh is not null and level_zh is not null then role_zh || '、' || level_zh
            else coalesce(role_zh, level_zh)
        end as contact_rule_zh,
        case
            when role_en is not null and level_en is not null then role_en || ', ' || lower(level_en)
            else coalesce(role_en, level_en)
        end as contact_rule_en,
        contact_rank
    from ranked

    union all

    select
        customers.customer_id,
        customers.customer_id as contact_id,
        case when customers.customer_kind = 'organisation' then 'organisation' else 'self' end as contact_basis,
        cast(null as string) as contact_rule_zh,
        cast(null as string) as contact_rule_en,
        coalesce(counted.member_count, 0) + 1 as contact_rank
    from customers
    left join counted
        on customers.customer_id = counted.customer_id

)

select * from final
