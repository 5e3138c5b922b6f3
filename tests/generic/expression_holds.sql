{#- Each row satisfies the expression; a null counts as a breach. Returns the named key columns only. -#}
{% test expression_holds(model, expression, keys) %}

select {{ keys | join(', ') }}
from {{ model }}
where not coalesce(({{ expression }}), false)

{% endtest %}
