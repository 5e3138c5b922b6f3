{#-
  Scoring with the grid of buying rates and its hazard of leaving (src/customer360/statistics/rate_grid.py): exp and ln
  over eighteen nodes. Sums are written out, node by node, so that they are equal to the last bit on every run.
-#}

{% macro rate_nodes() %}{{ return(range(1, 19)) }}{% endmacro %}

{#- The sum of an expression over the nodes; # stands for the node. -#}
{% macro over_nodes(expression) -%}
    ({%- for node in rate_nodes() %}{{ ' + ' if not loop.first }}{{ expression | replace('#', node) }}{% endfor -%})
{%- endmacro %}

{#- Days as the months of the grid. -#}
{% macro grid_months(days) -%} cast({{ days }} as double) / 30.4375 {%- endmacro %}

{#- Chance that a customer of a node leaves unseen within so many months. -#}
{% macro gone_within(node, months) -%}
    hazard / (rate_{{ node }} + hazard)
    * {{ one_minus_exp_minus('(rate_' ~ node ~ ' + hazard) * ' ~ months) }}
{%- endmacro %}

{#- Chance that such a customer is still there after so many months, without a purchase in them. -#}
{% macro stays_for(node, months) -%} exp(-(rate_{{ node }} + hazard) * {{ months }}) {%- endmacro %}

{#- One row per date, the nodes side by side: rate_1, share_1 and so on, hazard and status. -#}
{% macro wide_rate_grid() -%}
    select
        as_of_on,
        min(status) as status,
        min(hazard) as hazard
        {%- for node in rate_nodes() %},
        max(case when node = {{ node }} then rate end) as rate_{{ node }},
        max(case when node = {{ node }} then share end) as share_{{ node }}
        {%- endfor %}
    from {{ ref('int_churn__rate_grid') }}
    group by as_of_on
{%- endmacro %}

{#-
  Rows with x (repeat purchase days), t and the columns of the grid, and beside them weight_1 and so on: what a history
  before the silence says of each node, share × rate ^ x × exp(-rate × t), over the greatest of these powers. The factor
  exp(-hazard × t), which all nodes share, cancels in every probability.
-#}
{% macro weighted_nodes(rows) -%}
    select
        *
        {%- for node in rate_nodes() %},
        share_{{ node }} * exp(exponent_{{ node }} - greatest_exponent) as weight_{{ node }}
        {%- endfor %}
    from (
        select
            *,
            greatest({% for node in rate_nodes() %}{{ ', ' if not loop.first }}exponent_{{ node }}{% endfor %})
                as greatest_exponent
        from (
            select
                *
                {%- for node in rate_nodes() %},
                x * ln(rate_{{ node }}) - rate_{{ node }} * t as exponent_{{ node }}
                {%- endfor %}
            from {{ rows }}
        ) as with_exponents
    ) as with_greatest
{%- endmacro %}
