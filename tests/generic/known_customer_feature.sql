{#- A tag reads a feature that exists. -#}
{% test known_customer_feature(model, column_name) %}

select {{ column_name }}
from {{ model }}
where
    {{ column_name }} is not null
    and {{ column_name }} not in ('{{ customer_features() | map(attribute="name") | join("', '") }}')

{% endtest %}
