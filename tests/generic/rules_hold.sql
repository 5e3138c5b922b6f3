{#-
  Every rule of a model or seed in one pass: its key, the rules of its rows (arguments) and those of its columns
  (`config.meta.rules` in YAML). A broken rule is one row: the rule and how many rows break it, never a value.

  A rule is a word, a mapping of words, or an SQL condition that every row meets (null breaks it):
    not_null, unique, share (0 to 1)
    {values: [...]}, {at_least: x}, {at_most: x}, {above: x}, {below: x}    null passes; x: a number or a column
    {share_of: [numerator, denominator]}    0 <= numerator <= denominator, share = numerator / denominator,
                                            null exactly where the denominator is 0 or either is null
    {ratio_of: [numerator, denominator]}    the same without the bounds
    {rows: n}                               the table has n rows
    {key: [columns]}                        another key, beside the argument `key`: names each row once, without a null
  `where` beside the words of a mapping: only the rows that meet it are looked at.
-#}
{% test rules_hold(model, key=[], rules=[]) %}

{%- set comparisons = {'at_least': '>=', 'at_most': '<=', 'above': '>', 'below': '<'} %}
{%- set column_words = ['not_null', 'unique', 'share', 'values', 'share_of', 'ratio_of'] + comparisons.keys() | list %}
{%- set stated = [(none, {'key': key})] if key else [] %}
{%- for rule in rules %}{% do stated.append((none, rule)) %}{% endfor %}
{#- by its name; only a version of a model has to be looked for -#}
{%- set nodes = graph.nodes if execute else {} %}
{%- set named = 'model.%s.%s' % (project_name, model.identifier), 'seed.%s.%s' % (project_name, model.identifier) %}
{%- set node = nodes.get(named[0]) or nodes.get(named[1])
    or nodes.values() | selectattr('relation_name', 'equalto', model | string) | first %}
{%- for column in (node.columns if node else {}).values() %}
    {%- for rule in column.config.meta.rules or [] %}{% do stated.append((column.name, rule)) %}{% endfor %}
{%- endfor %}

{#- breaches: what a broken rule is called, and how many rows break it -#}
{%- set breaches = [] %}
{%- for column, rule in stated %}
    {%- set words = rule if rule is mapping else {rule: true} %}
    {%- set scope = words.where or 'true' %}
    {%- for word, told in words.items() if word != 'where' %}
        {%- if word == 'not_null' %}
            {%- set broken = column ~ ' is null' %}
        {%- elif word == 'share' %}
            {%- set broken = column ~ ' not between 0 and 1' %}
        {%- elif word == 'values' %}
            {%- set listed = [] %}
            {%- for value in told %}
                {%- do listed.append("'" ~ value ~ "'" if value is string else value | string) %}
            {%- endfor %}
            {%- set broken = column ~ ' not in (' ~ listed | join(', ') ~ ')' %}
        {%- elif word in comparisons %}
            {%- set broken = 'not ' ~ column ~ ' ' ~ comparisons[word] ~ ' ' ~ told %}
        {%- elif word in ('share_of', 'ratio_of') %}
            {%- set numerator, denominator = told %}
            {%- set bounds = '%s between 0 and %s and' % (numerator, denominator) if word == 'share_of' else '' %}
            {%- set none_known = numerator ~ ' is null or coalesce(' ~ denominator ~ ', 0) = 0' %}
            {%- set missed = 'abs(cast(%s as double) * %s - %s)' % (column, denominator, numerator) %}
            {%- set is_met = '%s %s <= 1e-9 * greatest(abs(%s), 1)' % (bounds, missed, numerator) %}
            {%- set broken = 'not coalesce(case when %s then %s is null else %s end, false)' % (
                none_known, column, is_met) %}
        {%- else %}
            {%- set broken = 'not coalesce(%s, false)' % word %}
        {%- endif %}
        {%- if word == 'unique' %}
            {%- set counted = 'count(%s) filter (where %s) - count(distinct %s) filter (where %s)' % (
                column, scope, column, scope) %}
        {%- elif word == 'key' %}
            {%- set having = 'count(*) > 1 or %s is null' % told | join(' is null or ') %}
            {%- set counted = '(select count(*) from (select 1 from %s where %s group by %s having %s))' % (
                model, scope, told | join(', '), having) %}
        {%- elif word == 'rows' %}
            {%- set counted = 'abs(count(*) filter (where %s) - %s)' % (scope, told) %}
        {%- else %}
            {%- set counted = 'count(*) filter (where (%s) and (%s))' % (scope, broken) %}
        {%- endif %}
        {%- set listed = told | join(', ') if told is iterable and told is not string else told %}
        {%- set said = [
            column if word in column_words else '',
            word,
            '' if told is sameas true else listed,
            'where ' ~ scope if words.where else '',
        ] | join(' ') %}
        {%- do breaches.append((said.split() | join(' '), counted)) %}
    {%- endfor %}
{%- endfor %}
{%- if execute and not breaches %}
    {%- do exceptions.raise_compiler_error(model ~ ' states no rule. State one, or leave rules_hold out') %}
{%- endif %}

with

counted as (

    select
        count(*) as row_total
        {%- for _, counted in breaches %},
        {{ counted }} as rule_{{ loop.index }}
        {%- endfor %}
    from {{ model }}

),

named as (
    {%- for said, _ in breaches %}
    select '{{ said | replace("'", "''") }}' as rule, rule_{{ loop.index }} as row_count from counted
    {{ 'union all' if not loop.last }}
    {%- else %}
    select '' as rule, 0 as row_count from counted
    {%- endfor %}
)

select rule, row_count
from named
where row_count > 0

{% endtest %}
