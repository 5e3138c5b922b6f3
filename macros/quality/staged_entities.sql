{#-
  Every landed entity with its staging model, listed once: the quarantine, the landing summary and
  the conservation check loop over it. tests/python/test_project.py proves that it is complete.
-#}
{% macro staged_entities() %}
    {{ return([
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
