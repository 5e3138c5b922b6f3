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
case lower({{ squeeze('landed.' ~ column.landed) }})
    {%- for word, meaning in column.words.items() %} when {{ literal(word | lower) }} then {{ literal(meaning) }}{% endfor %} else landed.{{ column.landed }} end
    {%- elif is_number(type) and column.decimal == 'comma' -%}
translate(landed.{{ column.landed }}, '.,', ',.')
    {%- else -%}
landed.{{ column.landed }}
    {%- endif -%}
    {%- endset -%}
    {%- do texts.append(text if columns | length == 1 else clean_text(text)) -%}
    {%- endfor -%}
    {{ return(texts[0] if texts | length == 1 else "nullif(concat_ws(' ', " ~ texts | join(', ') ~ "), '')") }}
{%- endmacro %}

{#- A number of any precision; amounts may carry a currency sign, all of them thousands separators. -#}
{% macro parse_number(x, type) -%}
    coalesce(try_cast({{ clean_text(x) }} as {{ type }}), try_cast({{ parse_amount(x, var('currency')) }} as {{ type }}))
{%- endmacro %}

{#- Pairs of contract column and SQL: the column that is mapped, and what the contract keeps beside it. -#}
{% macro mapped_reads(entity, column, type, x, format) -%}
    {%- set day_first = format.day_first -%}
    {%- set zone = var('time_zone') -%}
    {%- if column == 'phone' and format.phone_country -%}
    {%- set x = regexp_replace_all("replace(" ~ x ~ ", '/', ' ')", '^[ (]*0([1-9])', '+' ~ format.phone_country ~ ' \\1') -%}
    {%- endif -%}
    {%- set full = entity == 'customers' -%}
    {%- if column == 'name' and full -%}
    {{ return([('name', name_clean(x)), ('name_honorific', name_honorific(x)), ('name_note', name_note(x)), ('name_script', name_script(x))]) }}
    {%- elif column == 'company_name' and full -%}
    {{ return([('company_name', company_clean(x)), ('company_branch', company_branch(x))]) }}
    {%- elif column == 'phone' -%}
    {{ return([('phone', phone(x)), ('phone_reason', phone_reason(x)), ('phone_partial', phone_partial(x))] if full else [('phone', phone(x))]) }}
    {%- elif column == 'email' -%}
    {{ return([('email', email(x)), ('email_reason', email_reason(x))] if full else [('email', email(x))]) }}
    {%- elif column == 'credit_code' -%}
    {{ return([('credit_code', credit_code(x)), ('credit_code_reason', credit_code_reason(x))] if full else [('credit_code', credit_code(x))]) }}
    {%- elif column == 'id_number_hash' -%}
    {{ return([(column, id_number_hash(x, 'landed._landed_at')), ('id_number_reason', id_number_reason(x, 'landed._landed_at'))]) }}
    {%- elif column == 'birth_date' -%}
    {{ return([(column, birth_date(x, 'landed._landed_at', day_first)), ('birth_date_reason', birth_date_reason(x, 'landed._landed_at', day_first))]) }}
    {%- elif column == 'gender' -%}
    {{ return([(column, gender(x))]) }}
    {%- elif column == 'industry_code' -%}
    {{ return([(column, industry_code(x))]) }}
    {%- elif column == 'currency' -%}
    {{ return([(column, 'upper(' ~ clean_text(x) ~ ')')]) }}
    {%- elif column == 'month_start_on' -%}
    {{ return([(column, parse_month(x))]) }}
    {%- elif type == 'date' -%}
    {{ return([(column, parse_date(x, zone, day_first))]) }}
    {%- elif type == 'timestamp' -%}
    {{ return([(column, parse_timestamp(x, zone, day_first))]) }}
    {%- elif type == 'boolean' -%}
    {{ return([(column, parse_boolean(x))]) }}
    {%- elif is_number(type) -%}
    {%- set number -%}
    {%- if type == 'decimal(18,2)' -%}{{ parse_amount(x, var('currency')) }}
    {%- elif type in ('integer', 'bigint') -%}try_cast({{ parse_integer(x) }} as {{ type }})
    {%- else -%}{{ parse_number(x, type) }}
    {%- endif -%}
    {%- endset -%}
    {{ return([(column, '-' ~ number if format.negate else number)]) }}
    {%- else -%}
    {{ return([(column, clean_text(x))]) }}
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
