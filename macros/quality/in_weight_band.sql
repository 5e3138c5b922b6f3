{#- Whether a probability is in a band of weights (alias of seed identity_weight_bands): bits are log2 of odds. -#}
{% macro in_weight_band(probability, bands) -%}
    (
        ({{ bands }}.from_bits is null or {{ probability }} >= 1.0 / (1.0 + power(2.0, -{{ bands }}.from_bits)))
        and ({{ bands }}.to_bits is null or {{ probability }} < 1.0 / (1.0 + power(2.0, -{{ bands }}.to_bits)))
    )
{%- endmacro %}
