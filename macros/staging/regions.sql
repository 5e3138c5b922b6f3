{#- How a base model places its rows: `place`, a column of its CTE landed, is looked up by match_regions. -#}

{#- The named parts where there are any, else the address. -#}
{% macro place_text(parts, address='null') -%}
    coalesce(
        nullif(concat_ws('', {% for part in parts %}{{ function('clean_text') }}({{ part }}){{ ", " if not loop.last }}{% endfor %}), ''),
        {{ function('clean_text') }}({{ address }})
    )
{%- endmacro %}

{#- Where a city is named, the province alone does not do. -#}
{% macro region_status(city='null', relation='landed') -%}
    case
        when {{ relation }}.place is null then 'missing'
        when regions.region_status = 'city' then 'mapped'
        when regions.region_status = 'province' and {{ function('clean_text') }}({{ city }}) is null then 'mapped'
        else 'unmapped'
    end
{%- endmacro %}
