{#-
  Scoring with BG/NBD, NBD and Gamma-Gamma: what their parameters say about one customer. Sources of the formulas as in
  src/customer360/statistics/purchase_models.py. x: repeat purchase days; t_x: days from the first to the last; age: days from
  the first to the as-of date; r, alpha (days), a, b: parameters, with a null where drop-out is not identified: the
  same formulas are NBD's then. Powers go through logarithms, so that 1,000 purchases are no special case.
-#}

{#- P(alive). The odds of having left after the last purchase are held by their logarithm. -#}
{% macro p_alive(x, t_x, age, r, alpha, a, b) -%}
    case
        when {{ x }} = 0 or {{ a }} is null then 1.0
        else {{ logistic("ln((" ~ b ~ " + " ~ x ~ " - 1) / " ~ a ~ ") - (" ~ r ~ " + " ~ x ~ ") * ln(("
            ~ alpha ~ " + " ~ age ~ ") / (" ~ alpha ~ " + " ~ t_x ~ "))") }}
    end
{%- endmacro %}

{#- P(no purchase in the next so many days): gone, or still there and pausing. -#}
{% macro p_no_order(p_alive, x, age, r, alpha, days) -%}
    1 - {{ p_alive }} * {{ chance_of_an_event(r ~ " + " ~ x, "1 / (" ~ alpha ~ " + " ~ age ~ ")", days) }}
{%- endmacro %}

{#-
  Chance of an event within so many days where its rate is gamma-distributed: 1 - (1 + hazard * days) ^ -power. With
  the share p of a node (expectation_nodes), hazard p / (alpha + age) and power r + x, expected purchases given alive
  are the sum of weight / p times this.
-#}
{% macro chance_of_an_event(power, hazard, days) -%}
    {{ one_minus_exp_minus("(" ~ power ~ ") * " ~ log_one_plus("(" ~ hazard ~ ") * " ~ days)) }}
{%- endmacro %}

{#- Expected amount of an order; with x = 0 (and no repeat amount) the mean of the population. -#}
{% macro expected_amount(x, repeat_amount, p, q, v) -%}
    {{ p }} * ({{ v }} + {{ repeat_amount }}) / ({{ p }} * {{ x }} + {{ q }} - 1)
{%- endmacro %}
