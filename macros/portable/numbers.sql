{#- Functions that keep their digits where the obvious spelling loses them. -#}

{#- ln(1 + x) for x >= 0. -#}
{% macro log_one_plus(x) %}{{ return(adapter.dispatch('log_one_plus')(x)) }}{% endmacro %}
{% macro default__log_one_plus(x) -%} 2 * atanh(({{ x }}) / (2 + {{ x }})) {%- endmacro %}
{% macro spark__log_one_plus(x) -%} log1p({{ x }}) {%- endmacro %}

{#- 1 - exp(-x) for x >= 0. -#}
{% macro one_minus_exp_minus(x) %}{{ return(adapter.dispatch('one_minus_exp_minus')(x)) }}{% endmacro %}
{% macro default__one_minus_exp_minus(x) -%} 2 * tanh(({{ x }}) / 2) / (1 + tanh(({{ x }}) / 2)) {%- endmacro %}
{% macro spark__one_minus_exp_minus(x) -%} -expm1(-({{ x }})) {%- endmacro %}

{#- 1 / (1 + exp(-x)): no overflow, and small values keep their digits. -#}
{% macro logistic(x) -%} exp(least({{ x }}, 0)) / (1 + exp(-abs({{ x }}))) {%- endmacro %}
