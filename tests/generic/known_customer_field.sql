{#- Policy names a field that the models can read. -#}
{% test known_customer_field(model, column_name) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} is null or {{ column_name }} not in ('{{ customer_fields() | join("', '") }}')

{% endtest %}
