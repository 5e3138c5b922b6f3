{#- Functions that keep their digits where the obvious spelling loses them. -#}

{#- Aggregates of floating-point numbers that are equal to the last bit in whatever order rows are read: a sum of doubles
    depends on it, one of decimals does not. Each number counts to so many decimals, and 38 digits hold the sum: more
    for logarithms, fewer for squares of amounts. `over` is what follows the aggregate of a window. -#}
{% macro exact_sum(x, over='', decimals=15) -%}
    cast(sum(cast({{ x }} as decimal(38, {{ decimals }}))) {{ over }} as double)
{%- endmacro %}
{% macro exact_mean(x, over='', decimals=15) -%}
    cast(avg(cast({{ x }} as decimal(38, {{ decimals }}))) {{ over }} as double)
{%- endmacro %}

{#- A number as exact_sum counts it. -#}
{% macro exact_number(x, decimals=15) -%} cast(cast({{ x }} as decimal(38, {{ decimals }})) as double) {%- endmacro %}

{#- A matrix, a list of rows, times a list: the exact_sum of each row. What is null in either counts for nothing; null
    where nothing counts. -#}
{% macro matrix_times(matrix, list) %}{{ return(adapter.dispatch('matrix_times')(matrix, list)) }}{% endmacro %}
{% macro default__matrix_times(matrix, list) -%}
    list_transform(
        {{ matrix }},
        lambda _m: cast(
            list_sum(
                list_transform(list_zip(_m, {{ list }}), lambda _n: cast(_n[1] * _n[2] as decimal(38, 15)))
            ) as double
        )
    )
{%- endmacro %}
{% macro spark__matrix_times(matrix, list) -%}
    transform(
        {{ matrix }},
        m -> cast(
            aggregate(
                array_compact(zip_with(m, {{ list }}, (a, b) -> cast(a * b as decimal(38, 15)))),
                cast(null as decimal(38, 15)),
                (total, x) -> cast(coalesce(total, 0) + x as decimal(38, 15))
            ) as double
        )
    )
{%- endmacro %}

{#- A share whose part or whole may be negative. Its zero is never minus zero: of a run of both, files keep the first. -#}
{% macro signed_share(part, whole) -%} ({{ part }}) / nullif({{ whole }}, 0) + 0.0 {%- endmacro %}

{#- Aggregate: sample variance of whole numbers, in whole numbers; null for less than two. -#}
{% macro whole_variance(x) -%}
    cast(count({{ x }}) * sum({{ x }} * {{ x }}) - sum({{ x }}) * sum({{ x }}) as double)
    / nullif(count({{ x }}) * (count({{ x }}) - 1), 0)
{%- endmacro %}

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

{#- What falls to a part of a whole of an amount, to the cent: with growing parts of one whole the differences add up. -#}
{% macro part_to_the_cent(amount, part, whole) -%}
    cast(
        round(cast({{ amount }} as double) * cast({{ part }} as double) / cast({{ whole }} as double), 2)
        as decimal(18, 2)
    )
{%- endmacro %}

{#- Money at a rate of exchange, half a cent away from zero. Exact: 38 digits hold the product. -#}
{% macro at_rate(amount, rate, decimals=2) -%}
    cast(round(cast({{ amount }} as decimal(20, 4)) * {{ rate }}, {{ decimals }}) as decimal(18, {{ decimals }}))
{%- endmacro %}

{#- The power of ten that is nearest to a positive number, as a double: 100 for 80, 0.01 for 0.0125. -#}
{% macro next_power_of_ten(x) -%} power(cast(10 as double), round(log10({{ x }}), 0)) {%- endmacro %}
