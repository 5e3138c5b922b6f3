{#- What a mart of areas shows of int_management__quadrants, there called quadrants. -#}
{% macro quadrant_columns() -%}
    cast(quadrants.quadrant as varchar) as quadrant,
    cast(quadrants.quadrant_zh as varchar) as quadrant_zh,
    cast(quadrants.quadrant_en as varchar) as quadrant_en,
    cast(quadrants.advice_zh as varchar) as advice_zh,
    cast(quadrants.advice_en as varchar) as advice_en,
    cast(quadrants.is_low_base as boolean) as is_low_base,
    cast(quadrants.is_placed as boolean) as is_placed,
    cast(quadrants.active_customers as bigint) as active_customers,
    cast(quadrants.clv_total as decimal(18, 2)) as clv_total,
    cast(quadrants.clv_per_active as decimal(18, 2)) as clv_per_active,
    cast(quadrants.campaign_cost as decimal(18, 2)) as campaign_cost,
    cast(quadrants.campaign_margin as decimal(18, 2)) as campaign_margin,
    cast(quadrants.roi_pct as double) as roi_pct,
    cast(quadrants.value_cut as double) as value_cut,
    cast(quadrants.efficiency_cut as double) as efficiency_cut
{%- endmacro %}
