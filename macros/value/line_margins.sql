{#-
  Margin of an amount: less what its pieces cost where the article's cost is known (a discount is the seller's, what was given away
  costs its pieces, money paid back without the goods is lost whole), else the policy's share of it. Exact, so that what nets to
  nothing has no margin.
-#}
{% macro line_margin(amount, quantity, unit_cost, policy_rate) -%}
    coalesce(
        cast({{ amount }} - {{ unit_cost }} * {{ quantity }} as decimal(28, 8)),
        cast({{ amount }} * cast({{ policy_rate }} as decimal(9, 6)) as decimal(28, 8))
    )
{%- endmacro %}
