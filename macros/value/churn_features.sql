{#-
  What the churn model reads of a customer: name of the feature and its expression over the columns of
  int_churn__features and the label-free probability, by its log odds. Counts, amounts and days enter by their
  logarithm; who bought on one day only has no gaps.
-#}
{% macro churn_features() -%}
    {{- return({
        'label_free': 'ln(least(greatest(label_free_probability, 1e-6), 1 - 1e-6) / (1 - least(greatest(label_free_probability, 1e-6), 1 - 1e-6)))',
        'recency': 'ln(1 + recency_days)',
        'tenure': 'ln(1 + tenure_days)',
        'purchase_days': 'ln(purchase_days)',
        'amount': 'ln(1 + greatest(cast(purchase_amount as double), 0))',
        'order_value': 'ln(1 + greatest(cast(purchase_amount as double), 0) / order_count)',
        'recent_days': 'ln(1 + recent_purchase_days)',
        'previous_days': 'ln(1 + previous_purchase_days)',
        'recent_amount': 'ln(1 + recent_amount)',
        'previous_amount': 'ln(1 + previous_amount)',
        'mean_gap': 'ln(1 + mean_gap_days)',
        'gap_deviation': 'ln(1 + gap_deviation_days)',
        'last_gap': 'ln(1 + last_gap_days)',
        'silence': 'ln(1 + recency_days / (1 + mean_gap_days))',
        'days_trend': '(recent_purchase_days - previous_purchase_days) / cast(1 + recent_purchase_days + previous_purchase_days as double)',
        'amount_trend': '(recent_amount - previous_amount) / (1 + recent_amount + previous_amount)',
        'is_one_time': 'case when purchase_days = 1 then 1.0 else 0.0 end',
    }) -}}
{%- endmacro %}
