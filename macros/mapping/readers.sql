{#- How landed text becomes a column of the contract. `columns` and `format` are entries of mapping_of. -#}

{% macro is_number(type) -%}
    {{ return(type.split('(')[0] in ['decimal', 'integer', 'bigint', 'double']) }}
{%- endmacro %}

{#- The text to read: words replaced by what `values` says they mean, numbers with a decimal point, parts joined. -#}
{% macro mapped_text(columns, type) -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
    {%- set text -%}
    {%- if column.words -%}
case lower({{ function('squeeze') }}(landed.{{ column.landed }}))
    {%- for word, meaning in column.words.items() %} when {{ literal(word | lower) }} then {{ literal(meaning) }}{% endfor %} else landed.{{ column.landed }} end
    {%- elif is_number(type) and column.decimal == 'comma' -%}
translate(landed.{{ column.landed }}, '.,', ',.')
    {%- else -%}
landed.{{ column.landed }}
    {%- endif -%}
    {%- endset -%}
    {%- do texts.append(text if columns | length == 1 else function('clean_text') ~ '(' ~ text ~ ')') -%}
    {%- endfor -%}
    {{ return(texts[0] if texts | length == 1 else "nullif(concat_ws(' ', " ~ texts | join(', ') ~ "), '')") }}
{%- endmacro %}

{#- A number of any precision; amounts may carry a currency sign, all of them thousands separators. -#}
{% macro parse_number(x, type) -%}
    coalesce(try_cast({{ function('clean_text') }}({{ x }}) as {{ type }}), try_cast({{ function('parse_amount') }}({{ x }}) as {{ type }}))
{%- endmacro %}

{#- The function whose struct holds a column of the contract, and the columns that are read from it: pairs of contract
    column and field. A customer's own fields keep more than a name or a number that stands beside another key. -#}
{% macro mapped_parts(entity, column) -%}
    {%- set full = entity == 'customers' -%}
    {{ return({
        'name': ('person_name', [('name', 'name'), ('name_honorific', 'honorific'), ('name_note', 'note')]) if full,
        'company_name': ('company_name', [('company_name', 'name'), ('company_branch', 'branch')]) if full,
        'phone': ('phone', [('phone', 'number')] + ([('phone_reason', 'reason'), ('phone_partial', 'partial')] if full else [])),
        'email': ('email', [('email', 'address')] + ([('email_reason', 'reason')] if full else [])),
        'credit_code': ('credit_code', [('credit_code', 'code')] + ([('credit_code_reason', 'reason')] if full else [])),
        'id_number_hash': ('id_number', [('id_number_hash', 'hash'), ('id_number_reason', 'reason')]),
        'birth_date': ('birth_date', [('birth_date', 'date'), ('birth_date_reason', 'reason')]),
    }.get(column)) }}
{%- endmacro %}

{#- All functions that the base model of a mapped entity may call: dbt asks for them before it knows the mapping. -#}
{% macro mapped_functions() -%}
    {{ return([
        'clean_text', 'squeeze', 'han_simplify', 'prefixes', 'goes_on_as_street', 'person_name', 'name_script', 'company_name',
        'phone', 'email', 'credit_code', 'id_number', 'birth_date', 'gender', 'industry_code', 'parse_date', 'parse_timestamp', 'parse_month', 'parse_boolean',
        'parse_amount', 'parse_integer',
    ]) }}
{%- endmacro %}

{#- The call of that function on a text. -#}
{% macro mapped_call(name, column, x, format) -%}
    {%- if column == 'phone' and format.phone_country -%}
    {%- set x = regexp_replace_all("replace(" ~ x ~ ", '/', ' ')", '^[ (]*0([1-9])', '+' ~ format.phone_country ~ ' \\1') -%}
    {%- endif -%}
    {%- set dated = {'id_number': ', landed._landed_at', 'birth_date': ', landed._landed_at, day_first => ' ~ sql_boolean(format.day_first)} -%}
    {{ function(name) }}({{ x }}{{ dated.get(name, '') }})
{%- endmacro %}

{% macro sql_boolean(value) -%} {{ 'null' if value is none else value | string | lower }} {%- endmacro %}

{#- How the text of a column of the contract that is no struct's becomes its value. -#}
{% macro mapped_value(column, type, x, format) -%}
    {%- set day_first = sql_boolean(format.day_first) -%}
    {%- if column in ('gender', 'industry_code') -%}
    {{ function(column) }}({{ x }})
    {%- elif column == 'currency' -%}
    upper({{ function('clean_text') }}({{ x }}))
    {%- elif column == 'month_start_on' -%}
    {{ function('parse_month') }}({{ x }})
    {%- elif type in ('date', 'timestamp') -%}
    {{ function('parse_' ~ type) }}({{ x }}, day_first => {{ day_first }})
    {%- elif type == 'boolean' -%}
    {{ function('parse_boolean') }}({{ x }})
    {%- elif is_number(type) -%}
    {{ '-' if format.negate }}
    {%- if type == 'decimal(18,2)' -%}{{ function('parse_amount') }}({{ x }})
    {%- elif type in ('integer', 'bigint') -%}try_cast({{ function('parse_integer') }}({{ x }}) as {{ type }})
    {%- else -%}{{ parse_number(x, type) }}
    {%- endif -%}
    {%- else -%}
    {{ function('clean_text') }}({{ x }})
    {%- endif -%}
{%- endmacro %}

{#- What a row breaks whose value cannot be read. A birth date has its own reason and costs no row. -#}
{% macro unreadable_code(column, type) -%}
    {{ return({
        'birth_date': none,
        'ordered_at': 'invalid_order_time',
        'quantity': 'invalid_quantity',
        'unit_price': 'invalid_price',
        'list_price': 'invalid_price',
        'unit_cost': 'invalid_price',
        'score': 'invalid_score',
        'scale_max': 'invalid_score',
    }.get(column, 'invalid_amount' if is_number(type) else {'date': 'invalid_time', 'timestamp': 'invalid_time', 'boolean': 'unknown_code'}.get(type))) }}
{%- endmacro %}

{#- What a row breaks that lacks what it must have. -#}
{% macro missing_code(column, type) -%}
    {{ return({
        'source_order_id': 'missing_order_number',
        'source_product_id': 'missing_product',
        'document_kind': 'unknown_code',
        'family': 'unknown_code',
    }.get(column, unreadable_code(column, type) or 'missing_record_key')) }}
{%- endmacro %}

{% macro literal(text) -%}
    {{ return(dbt.string_literal(dbt.escape_single_quotes(text | string))) }}
{%- endmacro %}
