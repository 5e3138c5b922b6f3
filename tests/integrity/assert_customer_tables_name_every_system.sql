-- A customer record of a system that macro customer_tables forgets could be drawn for audit and not be found.

select distinct source_system
from {{ ref('input__customers') }}
where
    true
    {% for system, _ in customer_tables() -%}
    and source_system <> '{{ system }}'
    {% endfor %}
