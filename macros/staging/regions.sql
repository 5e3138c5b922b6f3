{#- How a base model places its rows: the text to look up in `typed`, a CTE regions made by
    match_regions('typed', 'region_text'), joined on that text, and these columns. -#}

{#- The named parts where there are any, else the address. -#}
{% macro region_text(parts, address='null') -%}
    coalesce(
        nullif(concat({% for part in parts %}coalesce(trim({{ part }}), ''){{ ", " if not loop.last }}{% endfor %}), ''),
        nullif(trim({{ address }}), '')
    )
{%- endmacro %}

{% macro region_status() -%}
    case
        when typed.region_text is null then 'missing'
        when coalesce(regions.province_code, 'unmapped') = 'unmapped' then 'unmapped'
        else 'mapped'
    end
{%- endmacro %}
