{#-
  Every landed entity with its staging model, listed once: the quarantine, the landing summary and
  the conservation check loop over it. tests/python/test_project.py proves that it is complete.
-#}
{% macro staged_entities() %}
    {{ return([
        {'system': 'app', 'entity': 'consents', 'staged': 'stg_app__consents', 'family': none},
        {'system': 'app', 'entity': 'events', 'staged': 'stg_app__interactions', 'family': 'behaviour'},
        {'system': 'app', 'entity': 'users', 'staged': 'stg_app__customers', 'family': none},
        {'system': 'marketing', 'entity': 'campaign_contacts', 'staged': 'stg_marketing__campaign_contacts', 'family': none},
        {'system': 'marketing', 'entity': 'campaigns', 'staged': 'stg_marketing__campaigns', 'family': none},
        {'system': 'marketing', 'entity': 'coupons', 'staged': 'stg_marketing__coupons', 'family': 'transactions'},
        {'system': 'marketing', 'entity': 'external_indicators', 'staged': 'stg_marketing__external_indicators', 'family': none},
        {'system': 'marketing', 'entity': 'loyalty_transactions', 'staged': 'stg_marketing__loyalty_transactions', 'family': 'transactions'},
        {'system': 'marketing', 'entity': 'profiles', 'staged': 'stg_marketing__customers', 'family': none},
        {'system': 'marketing', 'entity': 'spend', 'staged': 'stg_marketing__spend', 'family': none},
        {'system': 'marketing', 'entity': 'surveys', 'staged': 'stg_marketing__surveys', 'family': none},
        {'system': 'marketplace', 'entity': 'order_items', 'staged': 'stg_marketplace__sale_items', 'family': 'transactions'},
        {'system': 'marketplace', 'entity': 'orders', 'staged': 'stg_marketplace__sales', 'family': 'transactions'},
        {'system': 'online_retail', 'entity': 'order_lines', 'staged': 'stg_online_retail__order_items', 'family': 'transactions'},
        {'system': 'pos', 'entity': 'members', 'staged': 'stg_pos__customers', 'family': none},
        {'system': 'pos', 'entity': 'receipt_items', 'staged': 'stg_pos__order_items', 'family': 'transactions'},
        {'system': 'pos', 'entity': 'receipts', 'staged': 'stg_pos__orders', 'family': 'transactions'},
        {'system': 'pos', 'entity': 'stores', 'staged': 'stg_pos__stores', 'family': none},
        {'system': 'service', 'entity': 'erasure_requests', 'staged': 'stg_service__erasure_requests', 'family': none},
        {'system': 'service', 'entity': 'requesters', 'staged': 'stg_service__customers', 'family': none},
        {'system': 'service', 'entity': 'tickets', 'staged': 'stg_service__tickets', 'family': none},
        {'system': 'shop', 'entity': 'deliveries', 'staged': 'stg_shop__deliveries', 'family': none},
        {'system': 'shop', 'entity': 'order_items', 'staged': 'stg_shop__sale_items', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'orders', 'staged': 'stg_shop__sales', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'payments', 'staged': 'stg_shop__payments', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'refunds', 'staged': 'stg_shop__refunds', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'users', 'staged': 'stg_shop__customers', 'family': none},
        {'system': 'social', 'entity': 'followers', 'staged': 'stg_social__customers', 'family': none},
        {'system': 'social', 'entity': 'interactions', 'staged': 'stg_social__interactions', 'family': 'social'},
    ]) }}
{% endmacro %}
