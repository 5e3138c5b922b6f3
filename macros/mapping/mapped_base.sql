{#-
  The base model of a mapped entity: every landed row, typed, with the rules it breaks. Columns are called
  <input entity>__<column>, for one landed row may carry a line, its order and its customer.

  - What a row is (`rows`) gives its key. Lines without a number are told apart by their position on the document;
    of a document that is delivered again the newest delivery stands whole.
  - `orders.document_kind: by_sign`: negative lines are a return. Where a document holds both, they become a
    document of their own, <number>-return.
  - Lines apart from their orders follow them: no line without its head, none of a head in quarantine.
-#}
{% macro mapped_base(system, entity) -%}
{%- set heads = [] -%}
{%- for other in mapped_in(system, 'orders') if other != entity and entity in mapped_in(system, 'order_items') and entity not in mapped_in(system, 'orders') -%}
{%- do heads.append(ref('base_' ~ system ~ '__' ~ other)) -%}
{%- endfor -%}
{%- set landed = source(system, entity) -%}
{%- for seed in ['standard_terms', 'administrative_divisions'] -%}{%- do ref(seed) -%}{%- endfor -%}
{%- for name in mapped_functions() -%}{%- do function(name) -%}{%- endfor -%}
{%- if not execute -%}{{ return('select 1 as parsed_later') }}{%- endif -%}

{%- set mapping = mapping_of(system, entity) -%}
{%- set rows, fields, constants = mapping.rows, mapping.fields, mapping.constants -%}
{%- set contracts, regions, texts, parts_of, reads, given = {}, {}, {}, {}, [], [] -%}
{%- set broken = namespace(rules={}) -%}
{%- for name in fields -%}{%- do contracts.update({name: contract_of(name)}) -%}{%- endfor -%}

{#- 1. How each column is read. A text that is put together is a column first, and so is what a field of several
    columns is parsed to: readers repeat what they read. -#}
{%- set core = [] -%}
{%- set core_fields = ['name', 'company_name', 'phone', 'email', 'birth_date', 'gender', 'address', 'income_band', 'industry_code', 'credit_code'] -%}
{%- for name, columns in fields.items() -%}
{%- set types = contracts[name].types -%}
{%- for column, parts in columns.items() -%}
{%- if column == 'region' -%}
{%- set places = parts | map(attribute='landed') | list -%}
{%- do regions.update({name: places}) -%}
{%- for code in ['province_code', 'city_code'] + (['district'] if 'district' in types else []) if code in types -%}
{%- do reads.append((name ~ '__' ~ code, name ~ '__regions.' ~ code)) -%}
{%- endfor -%}
{%- if 'region_status' in types -%}
{%- do reads.append((name ~ '__region_status', "case when parsed." ~ name ~ "__place is null then 'missing' when " ~ name ~ "__regions.region_status = 'unmapped' then 'unmapped' else 'mapped' end")) -%}
{%- endif -%}
{%- else -%}
{%- set type = types.get(column, 'varchar') -%}
{%- set x = mapped_text(parts, type) -%}
{%- set text = parts[0].landed -%}
{%- if x != 'landed.' ~ text -%}
{%- set text = name ~ '__' ~ column ~ '__text' -%}
{%- do texts.update({text: x}) -%}
{%- endif -%}
{%- set x = 'parsed.' ~ text -%}
{%- if name == 'customers' and column in core_fields -%}{%- do core.append((column, x)) -%}{%- endif -%}
{%- set parsed = mapped_parts(name, column) -%}
{%- if parsed -%}
{%- set struct = name ~ '__' ~ column ~ '__parts' -%}
{%- do parts_of.update({struct: mapped_call(parsed[0], column, 'landed.' ~ text, parts[0])}) -%}
{%- for read, field in parsed[1] -%}{%- do reads.append((name ~ '__' ~ read, 'parsed.' ~ struct ~ '.' ~ field)) -%}{%- endfor -%}
{%- if parsed[0] == 'person_name' -%}{%- do reads.append((name ~ '__name_script', function('name_script') ~ '(parsed.' ~ struct ~ '.name)')) -%}{%- endif -%}
{%- else -%}
{%- do reads.append((name ~ '__' ~ column, mapped_value(column, type, x, parts[0]))) -%}
{%- endif -%}
{%- if unreadable_code(column, type) or column in contracts[name].accepted -%}
{%- do given.append((name ~ '__' ~ column, x)) -%}
{%- endif -%}
{%- endif -%}
{%- endfor -%}
{%- for column, value in constants.get(name, {}).items() if value != 'by_sign' -%}
{%- do reads.append((name ~ '__' ~ column, 'cast(' ~ literal(value) ~ ' as ' ~ types[column] ~ ')')) -%}
{%- endfor -%}
{%- if name == 'customers' -%}
{%- if 'region' in columns -%}{%- do core.append(('city_code', 'parsed.' ~ columns['region'][-1].landed)) -%}{%- endif -%}
{%- do reads.append(('customers__missing_reasons', missing_reasons(core) if core else 'cast(null as varchar)')) -%}
{%- endif -%}
{%- endfor -%}
{%- set by_position = rows == 'order_items' and 'source_line_id' not in fields['order_items'] -%}
{%- set by_sign = constants.get('orders', {}).get('document_kind') == 'by_sign' -%}
{%- set lines = 'order_items' in fields -%}
{%- set computes_amount = lines and 'amount' not in fields['order_items'] and 'amount' not in constants.get('order_items', {}) -%}
{%- set signed = 'order_items__amount' if lines else 'orders__document_amount' -%}
{%- set kind = 'document_kind' if heads else 'orders__document_kind' -%}

{#- 2. What a row may break; each code once, in this order. -#}
{%- for name, contract in contracts.items() -%}
{%- set columns = fields[name].keys() | list + constants.get(name, {}).keys() | list -%}
{%- for column in contract.key + contract.filled + (['source_product_id'] if name == 'order_items' else []) -%}
{%- if column != 'landed_on' and (name == rows or (column not in contract.key and contract.key[0] in columns)) and not (by_position and column == 'source_line_id') -%}
{%- set whose = '' if name == rows else name ~ '__' ~ contract.key[0] ~ ' is not null and ' -%}
{%- do broken.rules.setdefault(missing_code(column, contract.types[column]), []).append(whose ~ name ~ '__' ~ column ~ ' is null') -%}
{%- endif -%}
{%- endfor -%}
{%- for column in fields[name] if column != 'region' -%}
{%- set of = name ~ '__' ~ column -%}
{%- set type = contract.types.get(column, 'varchar') -%}
{%- set code = unreadable_code(column, type) -%}
{%- if code -%}{%- do broken.rules.setdefault(code, []).append(of ~ '__is_given and ' ~ of ~ ' is null') -%}{%- endif -%}
{%- if column in contract.accepted -%}
{%- do broken.rules.setdefault('unknown_code', []).append(of ~ '__is_given and ' ~ of ~ " not in ('" ~ contract.accepted[column] | join("', '") ~ "')") -%}
{%- endif -%}
{%- if type == 'timestamp' and column != 'promised_at' -%}
{%- do broken.rules.setdefault('order_after_landing' if column == 'ordered_at' else 'time_after_landing', []).append('cast(' ~ of ~ ' as date) > landed_on') -%}
{%- endif -%}
{%- if column == 'currency' -%}
{%- do broken.rules.setdefault('foreign_currency', []).append(of ~ " <> '" ~ var('currency') ~ "'") -%}
{%- endif -%}
{%- endfor -%}
{%- endfor -%}
{%- if lines -%}
{%- if 'unit_price' in fields['order_items'] -%}{%- do broken.rules.setdefault('invalid_price', []).append('order_items__unit_price < 0') -%}{%- endif -%}
{%- if computes_amount -%}{%- do broken.rules.setdefault('invalid_amount', []).append('order_items__quantity is not null and order_items__unit_price is not null and order_items__amount is null') -%}{%- endif -%}
{%- do broken.rules.setdefault('zero_quantity', []).append('order_items__quantity = 0') -%}
{%- do broken.rules.setdefault('negative_amount_not_return', []).append(kind ~ " = 'sale' and (order_items__quantity < 0 or order_items__amount < 0)") -%}
{%- do broken.rules.setdefault('positive_amount_on_return', []).append(kind ~ " = 'return' and (order_items__quantity > 0 or order_items__amount > 0)") -%}
{%- elif rows == 'orders' and 'document_amount' in fields['orders'] -%}
{%- do broken.rules.setdefault('negative_amount_not_return', []).append("orders__document_kind = 'sale' and orders__document_amount < 0") -%}
{%- do broken.rules.setdefault('positive_amount_on_return', []).append("orders__document_kind = 'return' and orders__document_amount > 0") -%}
{%- endif -%}
{%- if heads -%}
{%- do broken.rules.update({
    'orphan_line': ['order_items__source_order_id is not null and not is_head_landed'],
    'order_quarantined': ['is_head_landed and not is_head_accepted'],
}) -%}
{%- endif -%}
{%- set rules = [] -%}
{%- for code, conditions in broken.rules.items() -%}{%- do rules.append((code, conditions | join(' or '))) -%}{%- endfor -%}
{%- if by_position -%}
{%- set own = [('total_row', "row_kind = 'total'"), ('note_row', "row_kind = 'note'")] + rules -%}
{%- set rules = own + [('conflicting_row', is_of_older_load('order_items__source_order_id', own))] -%}
{%- else -%}
{%- set keys = [] -%}
{%- for column in contracts[rows].key -%}{%- do keys.append(rows ~ '__' ~ column) -%}{%- endfor -%}
{%- set changed = rows ~ '__last_seen_at' if 'last_seen_at' in fields[rows] else none -%}
{%- set rules = versioned_rules(rules, keys=keys, changed_at=changed) -%}
{%- endif -%}
{%- set shown = reads | map('first') | reject('in', ['orders__currency', 'order_items__currency']) | list -%}
{%- do shown.extend(['order_items__amount'] if computes_amount else []) -%}
{%- do shown.extend(['orders__document_kind'] if by_sign else []) -%}
{%- do shown.extend(['order_items__source_line_id'] if by_position else []) %}

with

landed as (

    select
        landed.*
        {%- for name, text in texts.items() %},
        {{ text }} as {{ name }}
        {%- endfor %}
        {%- for name, places in regions.items() %},
        {{ place_text(places) }} as {{ name }}__place
        {%- endfor %}
    from {{ landed }} as landed

),

{% for name in regions -%}
{{ name }}__regions as (

    {{ match_regions('landed', name ~ '__place') }}

),

{% endfor -%}
{%- if heads -%}
heads as (

    select
        orders__source_order_id as source_order_id,
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) = 1 as is_head_accepted,
        max(case when {{ list_is_empty('broken_rules') }} then orders__document_kind end) as document_kind
    from (
        {% for head in heads -%}
        select orders__source_order_id, orders__document_kind, broken_rules from {{ head }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as head_rows
    where orders__source_order_id is not null
    group by orders__source_order_id

),

{% endif -%}
parsed as (

    select
        landed.*,
        {{ row_content_hash('landed') }} as content_hash
        {%- for name, call in parts_of.items() %},
        {{ call }} as {{ name }}
        {%- endfor %}
    from landed

),

typed as (

    select
        {{ lineage_columns('parsed') }},
        {{ version_columns('parsed') }}
        {%- for column, sql in reads %},
        {{ sql }} as {{ column }}
        {%- endfor %}
        {%- for column, text in given %},
        {{ function('clean_text') }}({{ text }}) is not null as {{ column }}__is_given
        {%- endfor %}
    from parsed
    {%- for name in regions %}
    left join {{ name }}__regions
        on parsed.{{ name }}__place = {{ name }}__regions.address
    {%- endfor %}

),

priced as (

    select
        *
        {%- if computes_amount %},
        {{ line_amount('order_items__quantity', 'order_items__unit_price') }} as order_items__amount
        {%- endif %}
    from typed

),

documents as (

    select
        priced.*
        {%- if by_sign %},
        case when {{ signed }} < 0 then 'return' else 'sale' end as orders__document_kind
        {%- endif %}
        {%- if heads %},
        heads.source_order_id is not null as is_head_landed,
        heads.is_head_accepted,
        heads.document_kind
        {%- endif %}
    from priced
    {%- if heads %}
    left join heads
        on priced.order_items__source_order_id = heads.source_order_id
    {%- endif %}

),

numbered as (

    select
        {%- if by_sign and lines %}
        -- of the two kinds `sale` is the greater: the document has lines of both
        * replace (
            {%- for column in ['orders__source_order_id', 'order_items__source_order_id'] %}
            case
                when orders__document_kind = 'return' and max(orders__document_kind) over (partition by {{ column }}) = 'sale'
                    then {{ column }} || '-return'
                else {{ column }}
            end as {{ column }}{{ "," if not loop.last }}
            {%- endfor %}
        )
        {%- else %}
        *
        {%- endif %}
        {%- if by_position %},
        cast(row_number() over (
            partition by order_items__source_order_id, load_id
            order by {{ landing_order('asc') }}
        ) as varchar) as order_items__source_line_id
        {%- endif %}
    from documents

),

final as (

    select
        load_id,
        source_file,
        source_sheet,
        source_row,
        landed_on,
        row_number() over (order by {{ landing_order('asc') }}) as landing_position,
        {%- for column in shown %}
        {{ column }},
        {%- endfor %}
        {{ broken_rules(rules) }}
    from numbered

)

select * from final
{%- endmacro %}

{#- The same document arrived in a newer load, and soundly. -#}
{% macro is_of_older_load(key, rules) -%}
    not {{ breaks_any(rules) }} and load_id <> first_value(load_id) over (
        partition by {{ key }}, {{ breaks_any(rules) }}
        order by {{ newest_file_first() }}
    )
{%- endmacro %}

{#- The accepted rows of a mapped entity as its row entity. -#}
{% macro mapped_rows(system, entity) -%}
{%- set base = ref('base_' ~ system ~ '__' ~ entity) -%}
{%- if not execute -%}{{ return('select 1 as parsed_later from ' ~ base) }}{%- endif -%}
{%- set mapping = mapping_of(system, entity) %}
with

accepted as (

    {{ accepted(base) }}

),

final as (

    select
        load_id,
        source_row
        {%- for column in mapped_columns(mapping, mapping.rows) %},
        {{ column if column == 'landed_on' else mapping.rows ~ '__' ~ column ~ ' as ' ~ column }}
        {%- endfor %}
    from accepted

)

select * from final
{%- endmacro %}

{#- Another entity that the accepted rows carry, one row per key: of each column the first value that stands there. -#}
{% macro mapped_from_rows(system, entity, offered) -%}
{%- set base = ref('base_' ~ system ~ '__' ~ entity) -%}
{%- if not execute -%}{{ return('select 1 as parsed_later from ' ~ base) }}{%- endif -%}
{%- set mapping = mapping_of(system, entity) -%}
{%- set keys = contract_of(offered).key %}
with

accepted as (

    {{ accepted(base) }}

),

final as (

    select
        {%- for column in mapped_columns(mapping, offered) %}
        {% set of = column if column == 'landed_on' else offered ~ '__' ~ column -%}
        {% if column in keys -%} {{ of }}
        {%- elif column in ('first_seen_at', 'landed_on') -%} min({{ of }})
        {%- elif column == 'last_seen_at' -%} max({{ of }})
        {%- else -%} {{ first_filled(of, 'landing_position') }}
        {%- endif %} as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from accepted
    where
        {%- for key in keys %}
        {{ 'and ' if not loop.first }}{{ offered }}__{{ key }} is not null
        {%- endfor %}
    group by {% for key in keys %}{{ offered }}__{{ key }}{{ ", " if not loop.last }}{% endfor %}

)

select * from final
{%- endmacro %}
