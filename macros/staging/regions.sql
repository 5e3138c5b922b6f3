{#- How a base model places its rows: `place`, a column of its CTE landed, is looked up by match_regions. -#}

{#- The named parts where there are any, else the address. -#}
{% macro place_text(parts, address='null') -%}
    coalesce(
        nullif(concat_ws('', {% for part in parts %}{{ clean_text(part) }}{{ ", " if not loop.last }}{% endfor %}), ''),
        {{ clean_text(address) }}
    )
{%- endmacro %}

{#- Where a city is named, the province alone does not do. -#}
{% macro region_status(city='null') -%}
    case
        when landed.place is null then 'missing'
        when regions.region_status = 'city' then 'mapped'
        when regions.region_status = 'province' and {{ clean_text(city) if city != 'null' else city }} is null then 'mapped'
        else 'unmapped'
    end
{%- endmacro %}
