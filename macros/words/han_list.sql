{% macro han_list(column, otherwise) -%}
{#- A seed column as a list indexed by code point from U+4E00 on; characters the seed lacks give `otherwise`. -#}
(
    select {{ ordered_list('coalesce(h.' ~ column ~ ', ' ~ otherwise ~ ')', '_i.code_point') }}
    from (select {{ each_number(19968, 40959) }} as code_point) as _i
    left join {{ ref('han_characters') }} as h on _i.code_point = h.code_point
)
{%- endmacro %}
