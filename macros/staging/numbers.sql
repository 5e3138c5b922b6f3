{#- A number of any precision; amounts may carry a currency sign, all of them thousands separators. -#}
{% macro parse_number(x, type) -%}
    coalesce(try_cast({{ function('clean_text') }}({{ x }}) as {{ type }}), try_cast({{ function('parse_amount') }}({{ x }}) as {{ type }}))
{%- endmacro %}

{#- Quantity × price, rounded to cents; null where it is no amount any more, as of a telephone number typed into a quantity.
    Exact: the product of decimal(18, 3) and decimal(18, 4) needs 36 digits, and DuckDB multiplies in 18 unless told. -#}
{% macro line_amount(quantity, unit_price) -%}
    try_cast(round(cast({{ quantity }} as decimal(20, 3)) * {{ unit_price }}, 2) as decimal(18, 2))
{%- endmacro %}
