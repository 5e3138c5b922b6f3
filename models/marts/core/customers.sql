-- grain: one customer, and one row `unknown` that carries the orders nobody is named on

-- Personal values are masked; the raw ones stay in int_customers__profiles.

with

profiles as (

    select * from {{ ref('int_customers__profiles') }}

),

orders as (

    select
        customer_id,
        count(case when is_purchase then 1 end) as purchase_count,
        sum(gross_amount) as gross_amount,
        sum(net_amount) as net_amount,
        min(case when is_purchase then ordered_on end) as first_purchase_on,
        max(case when is_purchase then ordered_on end) as last_purchase_on
    from {{ ref('orders') }}
    group by customer_id

),

people as (

    select
        customer_id,
        customer_kind,
        case
            when coalesce(customer_kind, '') <> 'organisation' then {{ function('mask_name') }}(name)
            else {{ function('without_personal_words') }}(company_name)
        end as display_name,
        {{ function('mask_phone') }}(phone) as phone_masked,
        {{ function('mask_email') }}(email) as email_masked,
        coalesce(birth_year, cast(extract(year from birth_date) as integer)) as birth_year,
        gender,
        province_code,
        city_code,
        district,
        country,
        industry_code,
        employees,
        annual_revenue,
        founded_on,
        income_band,
        job_level,
        decision_role,
        account_owner,
        filled_fields,
        conflicting_fields,
        record_count,
        system_count,
        first_seen_on,
        last_seen_on,
        true as is_known
    from profiles

    union all

    select
        'unknown' as customer_id,
        {% for column in [
            'customer_kind', 'display_name', 'phone_masked', 'email_masked', 'birth_year', 'gender', 'province_code',
            'city_code', 'district', 'country', 'industry_code', 'employees', 'annual_revenue', 'founded_on',
            'income_band', 'job_level', 'decision_role', 'account_owner', 'filled_fields', 'conflicting_fields',
        ] -%}
        null as {{ column }},
        {% endfor -%}
        0 as record_count,
        0 as system_count,
        null as first_seen_on,
        null as last_seen_on,
        false as is_known

),

final as (

    select
        cast(people.customer_id as string) as customer_id,
        cast(people.customer_kind as string) as customer_kind,
        cast(people.display_name as string) as display_name,
        cast(people.phone_masked as string) as phone_masked,
        cast(people.email_masked as string) as email_masked,
        cast(people.gender as string) as gender,
        cast(people.province_code as string) as province_code,
        cast(people.city_code as string) as city_code,
        cast(people.district as string) as district,
        cast(people.country as string) as country,
        cast(people.industry_code as string) as industry_code,
        cast(people.income_band as string) as income_band,
        cast(people.job_level as string) as job_level,
        cast(people.decision_role as string) as decision_role,
        cast(people.account_owner as string) as account_owner,
        cast(people.filled_fields as string) as filled_fields,
        cast(people.conflicting_fields as string) as conflicting_fields,
        people.is_known,
        coalesce(orders.purchase_count, 0) > 0 as has_purchased,
        cast(people.birth_year as integer) as birth_year,
        cast(people.employees as integer) as employees,
        cast(people.annual_revenue as decimal(18, 2)) as annual_revenue,
        cast(people.record_count as bigint) as record_count,
        cast(people.system_count as bigint) as system_count,
        cast(coalesce(orders.purchase_count, 0) as bigint) as purchase_count,
        cast(coalesce(orders.gross_amount, 0) as decimal(18, 2)) as gross_amount,
        cast(coalesce(orders.net_amount, 0) as decimal(18, 2)) as net_amount,
        cast(people.founded_on as date) as founded_on,
        cast(people.first_seen_on as date) as first_seen_on,
        cast(people.last_seen_on as date) as last_seen_on,
        cast(orders.first_purchase_on as date) as first_purchase_on,
        cast(orders.last_purchase_on as date) as last_purchase_on
    from people
    left join orders
        on people.customer_id = orders.customer_id

)

select * from final
