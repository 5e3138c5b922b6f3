{#-
  Rows that land more than once. Within a key only rows that break no rule of their own compete, so that a
  damaged row never replaces a sound one: the content of the newest stands (`conflicting_row` for any other),
  and of rows with that content the first (`repeated_row` for its copies).
-#}

{#- What was landed in the declared columns, as one comparable value. -#}
{% macro landed_content(system, entity, relation='landed') -%}
    {%- set values = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name == system and node.name == entity -%}
            {%- for column in node.columns -%}
                {%- do values.append("coalesce(" ~ relation ~ "." ~ column ~ ", '␀')") -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    md5(concat_ws('␟', {{ values | join(', ') if values else "''" }}))
{%- endmacro %}

{#- Columns latest_content and copy_number, from own_rules, landed_content and landed_at. `changed_at`: a column
    that tells better than the landing which row is newer. -#}
{% macro compare_versions(key, changed_at=none) -%}
    {%- set place = ['landed_at', 'load_id', 'source_sheet', 'source_row'] -%}
    {%- set contest = key | join(', ') ~ ', ' ~ list_is_empty('own_rules') -%}
    first_value(landed_content) over (
        partition by {{ contest }}
        order by {{ changed_at ~ ' desc nulls last, ' if changed_at }}{{ place | join(' desc nulls last, ') }} desc nulls last
        rows between unbounded preceding and current row
    ) as latest_content,
    row_number() over (
        partition by {{ contest }}, landed_content
        order by {{ place | join(' asc nulls first, ') }} asc nulls first
    ) as copy_number
{%- endmacro %}

{#- Every column but those that only served the comparison (and `working`), and the rules broken by the row or,
    where it breaks none, by its place among the versions. -#}
{% macro with_version_rules(rules, working=[]) -%}
    {{ all_columns_except(['landed_at', 'landed_content', 'own_rules', 'latest_content', 'copy_number'] + working) }},
    case
        when {{ list_is_empty('own_rules') }} then {{ compact_list(rules) }}
        else own_rules
    end as broken_rules
{%- endmacro %}
