{#- Share of a line's money that is margin: where the article's cost is known 1 - cost / price, else the policy's rate. -#}
{% macro line_margin_rate(unit_cost, unit_price, policy_rate) -%}
    coalesce(1 - cast({{ unit_cost }} as double) / nullif(cast({{ unit_price }} as double), 0), {{ policy_rate }})
{%- endmacro %}

{% macro line_margin_basis(unit_cost, unit_price) -%}
    case when {{ unit_cost }} / nullif({{ unit_price }}, 0) is null then 'policy' else 'cost' end
{%- endmacro %}
