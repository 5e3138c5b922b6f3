{#-
  Every rule of a model or seed in one pass: its key, the rules of its rows (arguments) and those of its columns
  (`config.meta.rules` in YAML). A broken rule is one row: the rule and how many rows break it, never a value.

  A rule is a word, a mapping of words, or an SQL condition that every row meets (null breaks it):
    not_null, unique, share (0 to 1)
    {values: [...]}                         null passes, here and below
    {known: customer_fields}                names that models can read: customer_fields, customer_features
    {at_least: x}, {at_most: x}, {above: x}, {below: x}    x: a number or a column
    {share_of: [numerator, denominator]}    0 <= numerator <= denominator, share = numerator / denominator,
                                            null exactly where the denominator is 0 or either is null
    {ratio_of: [numerator, denominator]}    the same without the bounds
    {rows: n}                               the table has n rows
    {key: [columns]}                        another key, beside the argument `key`: names each row once, without a null
  `where` beside the words of a mapping: only the rows that meet it are looked at. `remedy`: what people are told to do
  whose file breaks the rule (src/customer360/core/policy_rules.py).
-#}
{% test rules_hold(model, key=[], rules=[]) %}

{#- by its name; only a version of a model has to be looked for -#}
{%- set nodes = graph.nodes if execute else {} %}
{%- set named = 'model.%s.%s' % (project_name, model.identifier), 'seed.%s.%s' % (project_name, model.identifier) %}
{%- set node = nodes.get(named[0]) or nodes.get(named[1])
    or nodes.values() | selectattr('relation_name', 'equalto', model | string) | first %}
{%- set columns = [] %}
{%- for column in (node.columns if node else {}).values() %}
    {%- do columns.append((column.name, column.config.meta.rules or [])) %}
{%- endfor %}
{%- set breaches = stated_rules(model, key, rules, columns) %}
{%- if execute and not breaches %}
    {%- do exceptions.raise_compiler_error(model ~ ' states no rule. State one, or leave rules_hold out') %}
{%- endif %}

with

counted as (

    select
        count(*) as row_total
        {%- for rule in breaches %},
        {{ rule.counted }} as rule_{{ loop.index }}
        {%- endfor %}
    from {{ model }}

),

named as (
    {%- for rule in breaches %}
    select '{{ rule.said | replace("'", "''") }}' as rule, rule_{{ loop.index }} as row_count from counted
    {{ 'union all' if not loop.last }}
    {%- else %}
    select '' as rule, 0 as row_count from counted
    {%- endfor %}
)

select rule, row_count
from named
where row_count > 0

{% endtest %}
