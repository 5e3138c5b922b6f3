{#- The currency that a row states, or the data set's own. -#}
{% macro currency_or_own(column) -%} coalesce({{ column }}, '{{ var('currency') }}') {%- endmacro %}

{#- A rule on currencies of a row (columns <input entity>__currency), as a pair: none is another than the data set's. Amounts
    of orders, their lines and payments are converted (int_orders__currencies) where a system of the data set offers rates of
    exchange, and another currency is no fault there. -#}
{% macro foreign_currency(columns, unless=none) -%}
    {%- set converted = ['orders__currency', 'order_items__currency', 'payments__currency'] if has_exchange_rates() else [] -%}
    {%- set conditions = [] -%}
    {%- for column in columns if column not in converted -%}
    {%- do conditions.append(column ~ " <> '" ~ var('currency') ~ "'") -%}
    {%- endfor -%}
    {%- set condition = conditions | join(' or ') if conditions else 'false' -%}
    {{ return(('foreign_currency', 'not (' ~ unless ~ ') and (' ~ condition ~ ')' if unless else condition)) }}
{%- endmacro %}

{#- Whether a system of the data set offers rates of exchange. -#}
{% macro has_exchange_rates() -%} {{ return(staged_offers('exchange_rates') | length > 0) }} {%- endmacro %}
