{#-
  What the model of upgrades reads of a customer of the middle tier: name of the feature and its expression over the columns of
  int_value__customer_states (`states`) and int_value__base_features (`features`). Free of currency; who bought on one day only
  has no cycle.
-#}
{% macro upgrade_features() -%}
    {{- return({
        'frequency': 'ln(greatest(states.frequency_12m, 1))',
        'order_value': 'ln(greatest(cast(states.order_value_12m as double), 0.01))',
        'cycle': 'ln(1 + coalesce(states.cycle_days_12m, 365))',
        'has_no_cycle': 'case when states.cycle_days_12m is null then 1.0 else 0.0 end',
        'recent_share': 'least(greatest(coalesce(cast(features.net_amount_6m as double) / nullif(features.net_amount_12m, 0), 0.5), 0), 1)',
        'recency': 'ln(1 + features.recency_days)',
        'tenure': 'ln(1 + features.tenure_days)',
        'is_business': "case when states.customer_group = 'business' then 1.0 else 0.0 end",
    }) -}}
{%- endmacro %}
