{% test row_count_equals(model, row_count) %}

select count(*) as row_count
from {{ model }}
having count(*) <> {{ row_count }}

{% endtest %}
