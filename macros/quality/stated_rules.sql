{#-
  The rules that YAML states of a table: its `key`, `rules` of its rows, and `columns`, pairs of a column and its rules.
  The words of a rule are listed in tests/generic/rules_hold.sql. Each rule becomes
    said       the rule in words, as the test answers it
    word, told, column    what was written
    scope      condition on the rows that it is about
    broken     condition on a row that breaks it; none where no row does so by itself (unique, key, rows)
    counted    how many rows of `model` break it, an aggregate over it
    remedy     what to do, where that was written
  Also read without dbt, for policy files (src/customer360/core/policy_rules.py).
-#}
{% macro stated_rules(model, key, rules, columns) %}

{%- set comparisons = {'at_least': '>=', 'at_most': '<=', 'above': '>', 'below': '<'} %}
{%- set column_words = ['not_null', 'unique', 'share', 'values', 'known', 'share_of', 'ratio_of']
    + comparisons.keys() | list %}
{%- set stated = [(none, {'key': key})] if key else [] %}
{%- for rule in rules %}{% do stated.append((none, rule)) %}{% endfor %}
{%- for column, own in columns %}{% for rule in own %}{% do stated.append((column, rule)) %}{% endfor %}{% endfor %}

{%- set found = [] %}
{%- for column, rule in stated %}
    {%- set words = rule if rule is mapping else {rule: true} %}
    {%- set scope = words.get('where') or 'true' %}
    {%- for word, told in words.items() if word not in ('where', 'remedy') %}
        {%- set broken = none %}
        {%- if word == 'not_null' %}
            {%- set broken = column ~ ' is null' %}
        {%- elif word == 'share' %}
            {%- set broken = column ~ ' not between 0 and 1' %}
        {%- elif word in ('values', 'known') %}
            {%- set told = known_names(told) if word == 'known' else told %}
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
        {%- elif word not in ('unique', 'key', 'rows') %}
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
            'where ' ~ scope if scope != 'true' else '',
        ] | join(' ') %}
        {%- do found.append({
            'said': said.split() | join(' '), 'word': word, 'told': told, 'column': column,
            'scope': scope, 'broken': broken, 'counted': counted, 'remedy': words.get('remedy'),
        }) %}
    {%- endfor %}
{%- endfor %}

{{ return(found) }}
{% endmacro %}

{#- The names behind the word `known`: what models can read, listed in a macro. -#}
{% macro known_names(list_name) %}
    {%- if list_name == 'customer_fields' %}
    {{ return(customer_fields()) }}
    {%- else %}
    {{ return(customer_features() | map(attribute='name') | list) }}
    {%- endif %}
{% endmacro %}
