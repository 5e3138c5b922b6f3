{% macro han_list(column, otherwise) -%}
{#- A seed column as a list indexed by code point from U+4E00 on; characters the seed lacks give `otherwise`. -#}
(
    select list(coalesce(h.{{ column }}, {{ otherwise }}) order by _i.i)
    from (select unnest(range(20992))::integer as i) as _i
    left join {{ ref('han_characters') }} as h on h.code_point = 19968 + _i.i
)
{%- endmacro %}
