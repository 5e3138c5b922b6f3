{#-
  Written by `make systems` from the YAML of sources, staging models and input models; not edited by hand.
-#}

{#- Entities of the input layer with their labels: one model input__<entity> each. -#}
{% macro input_entities() -%}
    {{ return([
        ('campaign_contacts', "活动触达", "Campaign contacts"),
        ('campaigns', "营销活动", "Campaigns"),
        ('consents', "授权同意", "Consents"),
        ('contracts', "供货合同", "Contracts"),
        ('corrections', "业务更正", "Corrections"),
        ('coupons', "优惠券", "Coupons"),
        ('customers', "客户", "Customers"),
        ('dealers', "经销商", "Dealers"),
        ('deliveries', "配送", "Deliveries"),
        ('erasure_requests', "删除请求", "Erasure requests"),
        ('exchange_rates', "汇率", "Exchange rates"),
        ('external_indicators', "外部指标", "External indicators"),
        ('identity_decisions', "合并决定", "Identity decisions"),
        ('interactions', "互动", "Interactions"),
        ('loyalty_transactions', "积分流水", "Loyalty points"),
        ('manual_kpis', "手工指标", "Manual KPIs"),
        ('order_items', "订单明细", "Order lines"),
        ('orders', "订单", "Orders"),
        ('payments', "收付款", "Payments"),
        ('products', "商品", "Products"),
        ('spend', "营销费用", "Marketing spend"),
        ('stores', "门店", "Stores"),
        ('surveys', "问卷", "Surveys"),
        ('tickets', "服务工单", "Service tickets"),
    ]) }}
{%- endmacro %}

{#- The staging models that offer each of them. -#}
{% macro input_offers() -%}
    {{ return({
        'campaign_contacts': ['stg_marketing__campaign_contacts'],
        'campaigns': ['stg_marketing__campaigns'],
        'consents': ['stg_app__consents', 'stg_crm__consents'],
        'contracts': ['stg_crm__contracts'],
        'corrections': ['stg_crm__corrections'],
        'coupons': ['stg_marketing__coupons'],
        'customers': ['stg_app__customers', 'stg_crm__companies', 'stg_crm__contacts', 'stg_dealer__customers', 'stg_erp__customers', 'stg_marketing__customers', 'stg_marketplace__customers', 'stg_online_retail__customers', 'stg_pos__customers', 'stg_service__customers', 'stg_shop__customers', 'stg_social__customers'],
        'dealers': ['stg_erp__dealers'],
        'deliveries': ['stg_erp__deliveries', 'stg_shop__deliveries'],
        'erasure_requests': ['stg_service__erasure_requests'],
        'exchange_rates': [],
        'external_indicators': ['stg_marketing__external_indicators'],
        'identity_decisions': ['stg_stewardship__identity_decisions'],
        'interactions': ['stg_app__interactions', 'stg_crm__interactions', 'stg_social__interactions'],
        'loyalty_transactions': ['stg_marketing__loyalty_transactions'],
        'manual_kpis': ['stg_stewardship__manual_kpis'],
        'order_items': ['stg_dealer__order_items', 'stg_erp__order_items', 'stg_marketplace__order_items', 'stg_online_retail__order_items', 'stg_pos__order_items', 'stg_shop__order_items'],
        'orders': ['stg_dealer__orders', 'stg_erp__orders', 'stg_marketplace__orders', 'stg_online_retail__orders', 'stg_pos__orders', 'stg_shop__orders'],
        'payments': ['stg_erp__payments', 'stg_shop__payments'],
        'products': ['stg_erp__products', 'stg_online_retail__products'],
        'spend': ['stg_marketing__spend'],
        'stores': ['stg_pos__stores'],
        'surveys': ['stg_marketing__surveys'],
        'tickets': ['stg_service__tickets'],
    }) }}
{%- endmacro %}

{#- Landed entities: the staging model that holds their accepted rows, the family of data that they count as, the columns of
    the base model that name customers and, on order lines, their orders, and the model of the relation that rows are read
    from where no files land; where there are such. `own_sql`: somebody edited the base or the staging model. -#}
{% macro landed_entities() -%}
    {{ return([
        {'system': 'app', 'entity': 'consents', 'staged': 'stg_app__consents', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'app', 'entity': 'events', 'staged': 'stg_app__interactions', 'family': 'behaviour', 'customer_key': none, 'order_key': none},
        {'system': 'app', 'entity': 'users', 'staged': 'stg_app__customers', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'crm', 'entity': 'activities', 'staged': 'stg_crm__interactions', 'family': 'offline', 'customer_key': none, 'order_key': none},
        {'system': 'crm', 'entity': 'companies', 'staged': 'stg_crm__companies', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'crm', 'entity': 'consents', 'staged': 'stg_crm__consents', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'crm', 'entity': 'contacts', 'staged': 'stg_crm__contacts', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'crm', 'entity': 'contracts', 'staged': 'stg_crm__contracts', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'crm', 'entity': 'corrections', 'staged': 'stg_crm__corrections', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'dealer', 'entity': 'sellout', 'staged': 'stg_dealer__order_items', 'family': 'transactions', 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'erp', 'entity': 'accounts', 'staged': 'stg_erp__customers', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'erp', 'entity': 'dealers', 'staged': 'stg_erp__dealers', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'erp', 'entity': 'deliveries', 'staged': 'stg_erp__deliveries', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'erp', 'entity': 'order_lines', 'staged': 'stg_erp__order_items', 'family': 'transactions', 'customer_key': none, 'order_key': 'source_order_id'},
        {'system': 'erp', 'entity': 'orders', 'staged': 'stg_erp__orders', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'erp', 'entity': 'payments', 'staged': 'stg_erp__payments', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'erp', 'entity': 'products', 'staged': 'stg_erp__products', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'marketing', 'entity': 'campaign_contacts', 'staged': 'stg_marketing__campaign_contacts', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'marketing', 'entity': 'campaigns', 'staged': 'stg_marketing__campaigns', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'marketing', 'entity': 'coupons', 'staged': 'stg_marketing__coupons', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'marketing', 'entity': 'external_indicators', 'staged': 'stg_marketing__external_indicators', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'marketing', 'entity': 'loyalty_transactions', 'staged': 'stg_marketing__loyalty_transactions', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'marketing', 'entity': 'profiles', 'staged': 'stg_marketing__customers', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'marketing', 'entity': 'spend', 'staged': 'stg_marketing__spend', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'marketing', 'entity': 'surveys', 'staged': 'stg_marketing__surveys', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'marketplace', 'entity': 'order_items', 'staged': 'stg_marketplace__sale_items', 'family': 'transactions', 'customer_key': none, 'order_key': 'source_order_id'},
        {'system': 'marketplace', 'entity': 'orders', 'staged': 'stg_marketplace__sales', 'family': 'transactions', 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'online_retail', 'entity': 'order_lines', 'staged': 'stg_online_retail__order_items', 'family': 'transactions', 'customer_key': 'source_customer_id', 'order_key': 'source_order_id'},
        {'system': 'pos', 'entity': 'members', 'staged': 'stg_pos__customers', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'pos', 'entity': 'receipt_items', 'staged': 'stg_pos__order_items', 'family': 'transactions', 'customer_key': none, 'order_key': 'source_order_id'},
        {'system': 'pos', 'entity': 'receipts', 'staged': 'stg_pos__orders', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'pos', 'entity': 'stores', 'staged': 'stg_pos__stores', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'service', 'entity': 'erasure_requests', 'staged': 'stg_service__erasure_requests', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'service', 'entity': 'requesters', 'staged': 'stg_service__customers', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'service', 'entity': 'tickets', 'staged': 'stg_service__tickets', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'shop', 'entity': 'deliveries', 'staged': 'stg_shop__deliveries', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'shop', 'entity': 'order_items', 'staged': 'stg_shop__sale_items', 'family': 'transactions', 'customer_key': none, 'order_key': 'source_order_id'},
        {'system': 'shop', 'entity': 'orders', 'staged': 'stg_shop__sales', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'shop', 'entity': 'payments', 'staged': 'stg_shop__payments', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'shop', 'entity': 'refunds', 'staged': 'stg_shop__refunds', 'family': 'transactions', 'customer_key': none, 'order_key': none},
        {'system': 'shop', 'entity': 'users', 'staged': 'stg_shop__customers', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'social', 'entity': 'followers', 'staged': 'stg_social__customers', 'family': none, 'customer_key': 'source_customer_id', 'order_key': none},
        {'system': 'social', 'entity': 'interactions', 'staged': 'stg_social__interactions', 'family': 'social', 'customer_key': none, 'order_key': none},
        {'system': 'stewardship', 'entity': 'audit_verdicts', 'staged': 'stg_stewardship__audit_verdicts', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'stewardship', 'entity': 'identity_decisions', 'staged': 'stg_stewardship__identity_decisions', 'family': none, 'customer_key': none, 'order_key': none},
        {'system': 'stewardship', 'entity': 'manual_kpis', 'staged': 'stg_stewardship__manual_kpis', 'family': none, 'customer_key': none, 'order_key': none},
    ]) }}
{%- endmacro %}
