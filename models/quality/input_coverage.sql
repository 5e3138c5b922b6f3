-- grain: one entity of the input layer

{% set entities = [
    ('campaign_contacts', '活动触达', 'Campaign contacts'),
    ('campaigns', '营销活动', 'Campaigns'),
    ('consents', '授权同意', 'Consents'),
    ('contracts', '供货合同', 'Contracts'),
    ('corrections', '业务更正', 'Corrections'),
    ('coupons', '优惠券', 'Coupons'),
    ('customers', '客户', 'Customers'),
    ('dealers', '经销商', 'Dealers'),
    ('deliveries', '配送', 'Deliveries'),
    ('erasure_requests', '删除请求', 'Erasure requests'),
    ('external_indicators', '外部指标', 'External indicators'),
    ('identity_decisions', '合并决定', 'Identity decisions'),
    ('interactions', '互动', 'Interactions'),
    ('loyalty_transactions', '积分流水', 'Loyalty points'),
    ('order_items', '订单明细', 'Order lines'),
    ('orders', '订单', 'Orders'),
    ('payments', '收付款', 'Payments'),
    ('products', '商品', 'Products'),
    ('spend', '营销费用', 'Marketing spend'),
    ('stores', '门店', 'Stores'),
    ('surveys', '问卷', 'Surveys'),
    ('tickets', '服务工单', 'Service tickets'),
] %}

with

counted as (

    {% for entity, label_zh, label_en in entities -%}
    select
        '{{ entity }}' as entity,
        '{{ label_zh }}' as label_zh,
        '{{ label_en }}' as label_en,
        count(distinct source_system) as system_count,
        count(*) as row_count
    from {{ ref('input__' ~ entity) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

final as (

    select
        cast(entity as varchar) as entity,
        cast(label_zh as varchar) as label_zh,
        cast(label_en as varchar) as label_en,
        cast(case when row_count > 0 then 'present' else 'empty' end as varchar) as status,
        cast(system_count as bigint) as system_count,
        cast(row_count as bigint) as row_count
    from counted

)

select * from final
