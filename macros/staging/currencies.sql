{#- The currency that a row states, or the data set's own. -#}
{% macro currency_or_own(column) -%} coalesce({{ column }}, '{{ var('currency') }}') {%- endmacro %}

{#- A rule on currencies of a row (columns <input entity>__currency), as a pair: none is another than the data set's.
    Amounts of orders, their lines and payments are converted (int_orders__currencies) where a system of the data set
    offers rates of exchange, and another currency is no fault there. -#}
{% macro foreign_currency(columns, unless=none) -%}
    {%- set converted = ['orders__currency', 'order_items__currency', 'payments__currency'] -%}
    {%- set conditions = [] -%}
    {%- for column in columns if not (has_exchange_rates() and column in converted) -%}
    {%- do conditions.append(column ~ " <> '" ~ var('currency') ~ "'") -%}
    {%- endfor -%}
    {%- set condition = conditions | join(' or ') if conditions else 'false' -%}
    {%- set condition = 'not (' ~ unless ~ ') and (' ~ condition ~ ')' if unless else condition -%}
    {{ return(('foreign_currency', condition)) }}
{%- endmacro %}

{#- Whether a system of the data set offers rates of exchange. -#}
{% macro has_exchange_rates() -%}
    {%- set own, found = var('own_systems').split(','), [] -%}
    {%- for model in input_offers().exchange_rates if system_of(model) | trim in own -%}
    {%- do found.append(model) -%}
    {%- endfor -%}
    {{ return(found | length > 0) }}
{%- endmacro %}
