{#-
  Each row satisfies the expression; a null counts as a breach. A failing row may be personal: only the named key
  columns are returned, on a column test the column, and without keys the mere fact.
-#}
{% test expression_holds(model, expression, keys=none, column_name=none) %}

select {{ (keys or ([column_name] if column_name else ["1 as breach"])) | join(", ") }}
from {{ model }}
where not coalesce(({{ expression }}), false)

{% endtest %}
