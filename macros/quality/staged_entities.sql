{#-
  Every landed entity with its staging model, listed once: the quarantine, the landing summary and
  the conservation check loop over it. tests/python/test_project.py proves that it is complete.
-#}
{% macro staged_entities() %}
    {{ return([
        {'system': 'erp', 'entity': 'accounts', 'staged': 'stg_erp__customers', 'family': 'customers'},
        {'system': 'erp', 'entity': 'orders', 'staged': 'stg_erp__orders', 'family': 'transactions'},
        {'system': 'erp', 'entity': 'order_lines', 'staged': 'stg_erp__order_items', 'family': 'transactions'},
        {'system': 'erp', 'entity': 'payments', 'staged': 'stg_erp__payments', 'family': 'transactions'},
        {'system': 'erp', 'entity': 'products', 'staged': 'stg_erp__products', 'family': 'products'},
        {'system': 'erp', 'entity': 'dealers', 'staged': 'stg_erp__dealers', 'family': 'dealers'},
        {'system': 'erp', 'entity': 'deliveries', 'staged': 'stg_erp__deliveries', 'family': 'transactions'},
        {'system': 'online_retail', 'entity': 'order_lines', 'staged': 'stg_online_retail__order_items', 'family': 'transactions'},
    ]) }}
{% endmacro %}
