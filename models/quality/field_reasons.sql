-- grain: one source system, one field of its customer records or orders and one reason why the field is empty

{% set fields = [
    ('name', '姓名或企业名称', 'Name of person or company',
        "case when name is null and company_name is null then coalesce(name_reason, 'missing') end"),
    ('phone', '手机或电话', 'Phone', "case when phone is null then coalesce(phone_reason, 'not_offered') end"),
    ('email', '电子邮箱', 'E-mail', "case when email is null then coalesce(email_reason, 'not_offered') end"),
    ('credit_code', '统一社会信用代码', 'Unified social credit code',
        "case when credit_code is null then coalesce(credit_code_reason, 'not_offered') end"),
    ('id_number', '身份证号', 'ID number',
        "case when id_number_hash is null then coalesce(id_number_reason, 'not_offered') end"),
    ('birth_date', '出生日期', 'Date of birth',
        "case when birth_date is null then coalesce(birth_date_reason, 'not_offered') end"),
    ('region', '地区', 'Region',
        "case when region_status is null and province_code is null then 'not_offered' "
        ~ "when region_status in ('missing', 'unmapped') then region_status end"),
] %}

with

customers as (

    select * from {{ ref('input__customers') }}

),

-- whose an order is: nobody's, of a number that all guests share, or of one that no record has
orders as (

    select
        orders.source_system,
        case
            when orders.source_customer_id is null then 'missing'
            when customers.source_customer_id is null
                then
                    case
                        when {{ function('customer_key') }}(orders.source_customer_id).reason is null then 'no_record'
                        else 'placeholder'
                    end
        end as reason
    from {{ ref('input__orders') }} as orders
    left join customers
        on
            orders.source_system = customers.source_system
            and orders.source_customer_id = customers.source_customer_id

),

records as (

    select
        source_system,
        'customers' as entity,
        count(*) as record_count
    from customers
    group by source_system

    union all

    select
        source_system,
        'orders' as entity,
        count(*) as record_count
    from orders
    group by source_system

),

reasons as (

    {% for field, label_zh, label_en, reason in fields -%}
    select
        source_system,
        'customers' as entity,
        '{{ field }}' as field,
        '{{ label_zh }}' as label_zh,
        '{{ label_en }}' as label_en,
        {{ reason }} as reason
    from customers
    union all

    {% endfor -%}
    select
        source_system,
        'orders' as entity,
        'order_customer' as field,
        '订单的客户' as label_zh,
        'Customer of an order' as label_en,
        reason
    from orders

),

final as (

    select
        cast(reasons.source_system as string) as source_system,
        cast(reasons.field as string) as field,
        cast(reasons.reason as string) as reason,
        cast(reasons.label_zh as string) as label_zh,
        cast(reasons.label_en as string) as label_en,
        cast(count(*) as bigint) as reason_count,
        cast(records.record_count as bigint) as record_count
    from reasons
    inner join records
        on
            reasons.source_system = records.source_system
            and reasons.entity = records.entity
    where reasons.reason is not null
    group by
        reasons.source_system,
        reasons.field,
        reasons.reason,
        reasons.label_zh,
        reasons.label_en,
        records.record_count

)

select * from final
