{#-
  Every landed entity with its staging model, listed once: the quarantine, the landing summary and
  the conservation check loop over it. tests/python/test_project.py proves that it is complete.
-#}
{% macro staged_entities() %}
    {{ return([
        {'system': 'app', 'entity': 'consents', 'staged': 'stg_app__consents', 'family': 'consent'},
        {'system': 'app', 'entity': 'events', 'staged': 'stg_app__interactions', 'family': 'behaviour'},
        {'system': 'app', 'entity': 'users', 'staged': 'stg_app__customers', 'family': 'customers'},
        {'system': 'marketplace', 'entity': 'order_items', 'staged': 'stg_marketplace__sale_items', 'family': 'transactions'},
        {'system': 'marketplace', 'entity': 'orders', 'staged': 'stg_marketplace__sales', 'family': 'transactions'},
        {'system': 'online_retail', 'entity': 'order_lines', 'staged': 'stg_online_retail__order_items', 'family': 'transactions'},
        {'system': 'pos', 'entity': 'members', 'staged': 'stg_pos__customers', 'family': 'customers'},
        {'system': 'pos', 'entity': 'receipt_items', 'staged': 'stg_pos__order_items', 'family': 'transactions'},
        {'system': 'pos', 'entity': 'receipts', 'staged': 'stg_pos__orders', 'family': 'transactions'},
        {'system': 'pos', 'entity': 'stores', 'staged': 'stg_pos__stores', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'deliveries', 'staged': 'stg_shop__deliveries', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'order_items', 'staged': 'stg_shop__sale_items', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'orders', 'staged': 'stg_shop__sales', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'payments', 'staged': 'stg_shop__payments', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'refunds', 'staged': 'stg_shop__refunds', 'family': 'transactions'},
        {'system': 'shop', 'entity': 'users', 'staged': 'stg_shop__customers', 'family': 'customers'},
        {'system': 'social', 'entity': 'followers', 'staged': 'stg_social__customers', 'family': 'customers'},
        {'system': 'social', 'entity': 'interactions', 'staged': 'stg_social__interactions', 'family': 'social'},
    ]) }}
{% endmacro %}
