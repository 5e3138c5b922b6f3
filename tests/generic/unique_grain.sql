{#- The stated grain holds: the columns together name each row once, and none of them is null. -#}
{% test unique_grain(model, columns) %}

select count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
