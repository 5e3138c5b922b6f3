{#- Province and prefecture-level city of a division code (GB/T 2260, six digits); null for anything else. -#}

{% macro division_province(code) -%}
    case when {{ regexp_like(code, '^[1-8][0-9]{5}$') }} then left({{ code }}, 2) || '0000' end
{%- endmacro %}

{#- A province's own code names no city. -#}
{% macro division_city(code) -%}
    case
        when {{ regexp_like(code, '^[1-8][0-9]{5}$') }} and substr({{ code }}, 3, 2) <> '00'
            then left({{ code }}, 4) || '00'
    end
{%- endmacro %}
