{#- What campaigns added, by their randomised hold-outs: two CTEs, `sums` and `increments`, from a CTE of customers of
    experiments with campaign_id, arm and the figures bought. One row per campaign and `keys`. Per figure `_effect`, the
    difference of the means of treated and held out times the treated, and `_error`, its squared standard error. The
    variance is that of both arms together (Student's): a held-out arm of few customers may miss the one who buys for
    a hundred, and its own variance with him (docs/decisions/0018). `_effect` is null without both arms. -#}
{% macro increment_figures() %}{{ return(['order', 'revenue', 'margin']) }}{% endmacro %}

{% macro increments(customers, keys) -%}
    {%- set amounts = {'order': 'order_count', 'revenue': 'net_amount', 'margin': 'margin_amount'} -%}
sums as (

    select
        campaign_id,
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- for figure, amount in amounts.items() %}
        {%- for arm, sign in [('treated', '<>'), ('control', '=')] %}
        cast(
            sum(case when arm {{ sign }} 'control' then cast({{ amount }} as decimal(18, 2)) else 0 end) as double
        ) as {{ arm }}_{{ figure }},
        {{ exact_sum(
            "case when arm " ~ sign ~ " 'control' then power(cast(" ~ amount ~ " as double), 2) else 0 end",
            decimals=4,
        ) }} as {{ arm }}_{{ figure }}_squares,
        {%- endfor %}
        {%- endfor %}
        count(case when arm <> 'control' then 1 end) as treated_count,
        count(case when arm = 'control' then 1 end) as control_count
    from {{ customers }}
    where arm <> 'several'
    group by campaign_id{% for key in keys %}, {{ key }}{% endfor %}

),

increments as (

    select
        campaign_id,
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        treated_count,
        control_count,
        treated_count > 0 and control_count > 0 and treated_count + control_count > 2 as has_both_arms
        {%- for figure in increment_figures() %},
        case
            when treated_count > 0 and control_count > 0 and treated_count + control_count > 2
                then treated_{{ figure }} - treated_count * control_{{ figure }} / control_count
        end as {{ figure }}_effect,
        case
            when treated_count > 0 and control_count > 0 and treated_count + control_count > 2
                then
                    greatest(
                        treated_{{ figure }}_squares - power(treated_{{ figure }}, 2) / treated_count
                        + control_{{ figure }}_squares - power(control_{{ figure }}, 2) / control_count,
                        0
                    )
                    / (treated_count + control_count - 2)
                    * treated_count * cast(treated_count + control_count as double) / control_count
        end as {{ figure }}_error
        {%- endfor %}
    from sums

)
{%- endmacro %}

{#- Bounds of a pooled effect: `side` -1 or 1, `degrees` of freedom of the variances behind it. -#}
{% macro effect_bound(effect, error, degrees, side) -%}
    {{ effect }} {{ '+' if side > 0 else '-' }}
    {{ function('student_quantile') }}(interval_z, {{ degrees }}) * sqrt({{ error }})
{%- endmacro %}
