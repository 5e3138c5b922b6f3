{#-
  One business key landed more than once. The same content again, in the same file or a later one: the first row
  stays. Other content: the content seen last stays, by the record's own change stamp where it has one, else by
  landing. Only rows that break none of `rules` compete: a spoilt delivery must not push out a sound one.
  `key` and `content` are lists of columns; the relation has lineage_columns() and landed_at.
-#}

{% macro breaks_any(rules) -%}
    case{% for _, condition in rules %} when {{ condition }} then true{% endfor %} else false end
{%- endmacro %}

{% macro is_repeated(key, content, rules) -%}
    not {{ breaks_any(rules) }}
    and row_number() over (
        partition by {{ (key + content) | join(', ') }}, {{ breaks_any(rules) }}
        order by landed_at asc, load_id asc, source_sheet asc nulls first, source_row asc
    ) > 1
{%- endmacro %}

{% macro is_superseded(key, content, rules, changed_at='null') -%}
    {#- One text that sorts as the rows follow each other. -#}
    {%- set position -%}
        rpad(coalesce(cast({{ changed_at }} as varchar), ''), 26, '.000000')
        || rpad(cast(landed_at as varchar), 26, '.000000')
        || load_id || '|' || coalesce(source_sheet, '') || '|' || lpad(cast(source_row as varchar), 12, '0')
    {%- endset -%}
    not {{ breaks_any(rules) }}
    and max({{ position }}) over (partition by {{ (key + content) | join(', ') }}, {{ breaks_any(rules) }})
    < max({{ position }}) over (partition by {{ key | join(', ') }}, {{ breaks_any(rules) }})
{%- endmacro %}
