{#- Entities of the input layer with their labels: one model input__<entity> each. -#}
{% macro input_entities() %}
    {{ return([
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
    ]) }}
{% endmacro %}
