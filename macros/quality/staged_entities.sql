{#-
  Every landed entity with its staging model, listed once: the quarantine, the landing summary and
  the conservation check loop over it. tests/python/test_project.py proves that it is complete.
-#}
{% macro staged_entities() %}
    {{ return([
        {'system': 'crm', 'entity': 'activities', 'staged': 'stg_crm__interactions', 'family': 'offline'},
        {'system': 'crm', 'entity': 'companies', 'staged': 'stg_crm__companies', 'family': none},
        {'system': 'crm', 'entity': 'consents', 'staged': 'stg_crm__consents', 'family': none},
        {'system': 'crm', 'entity': 'contacts', 'staged': 'stg_crm__contacts', 'family': none},
        {'system': 'crm', 'entity': 'contracts', 'staged': 'stg_crm__contracts', 'family': 'transactions'},
        {'system': 'crm', 'entity': 'corrections', 'staged': 'stg_crm__corrections', 'family': none},
        {'system': 'dealer', 'entity': 'sellout', 'staged': 'stg_dealer__order_items', 'family': 'transactions'},
        {'system': 'erp', 'entity': 'accounts', 'staged': 'stg_erp__customers', 'family': none},
        {'system': 'erp', 'entity': 'dealers', 'staged': 'stg_erp__dealers', 'family': none},
        {'system': 'erp', 'entity': 'deliveries', 'staged': 'stg_erp__deliveries', 'family': none},
        {'system': 'erp', 'entity': 'order_lines', 'staged': 'stg_erp__order_items', 'family': 'transactions'},
        {'system': 'erp', 'entity': 'orders', 'staged': 'stg_erp__orders', 'family': 'transactions'},
        {'system': 'erp', 'entity': 'payments', 'staged': 'stg_erp__payments', 'family': 'transactions'},
        {'system': 'erp', 'entity': 'products', 'staged': 'stg_erp__products', 'family': none},
        {'system': 'marketing', 'entity': 'campaign_contacts', 'staged': 'stg_marketing__campaign_contacts', 'family': none},
        {'system': 'marketing', 'entity': 'campaigns', 'staged': 'stg_marketing__campaigns', 'family': none},
        {'system': 'marketing', 'entity': 'coupons', 'staged': 'stg_marketing__coupons', 'family': 'transactions'},
        {'system': 'marketing', 'entity': 'external_indicators', 'staged': 'stg_marketing__external_indicators', 'family': none},
        {'system': 'marketing', 'entity': 'loyalty_transactions', 'staged': 'stg_marketing__loyalty_transactions', 'family': 'transactions'},
        {'system': 'marketing', 'entity': 'profiles', 'staged': 'stg_marketing__customers', 'family': none},
        {'system': 'marketing', 'entity': 'spend', 'staged': 'stg_marketing__spend', 'family': none},
        {'system': 'marketing', 'entity': 'surveys', 'staged': 'stg_marketing__surveys', 'family': none},
        {'system': 'online_retail', 'entity': 'order_lines', 'staged': 'stg_online_retail__order_items', 'family': 'transactions'},
        {'system': 'service', 'entity': 'erasure_requests', 'staged': 'stg_service__erasure_requests', 'family': none},
        {'system': 'service', 'entity': 'requesters', 'staged': 'stg_service__customers', 'family': none},
        {'system': 'service', 'entity': 'tickets', 'staged': 'stg_service__tickets', 'family': none},
    ]) }}
{% endmacro %}
