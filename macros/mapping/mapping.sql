{#-
  Staging without SQL: `maps_to` on the columns of a source table says which column of the input contract each one
  becomes, and the macros of this folder render the models from it (docs/bring-your-data.md). The contract is read
  where it is declared, models/input/_input__models.yml: names and types from its columns, keys and what must be
  filled from its tests. Nothing of it is known while dbt parses: there the macros only name what they read.
-#}

{#- What a table declares: its row entity, formats and constants, and per input entity and column its landed columns. -#}
{% macro mapping_of(system, entity) -%}
    {%- set table = graph.sources.values() | selectattr('source_name', 'equalto', system) | selectattr('name', 'equalto', entity) | first -%}
    {%- set meta = table.config.meta -%}
    {%- set fields = {} -%}
    {%- for column in table.columns.values() -%}
    {%- set own = column.config.meta or column.meta -%}
    {%- set targets = own.get('maps_to') or [] -%}
    {%- for target in ([targets] if targets is string else targets) if target not in ('none', 'todo') -%}
    {%- set place = fields.setdefault(target.split('.')[0], {}) -%}
    {%- do place.setdefault(target.split('.')[1], []).append({
        'landed': column.name,
        'words': own.get('values', {}),
        'negate': own.get('negate', false),
        'decimal': own.get('decimal', meta.get('decimal', 'point')),
        'day_first': own.get('day_first', meta.get('day_first')) if meta.get('day_first') != 'todo' else none,
        'phone_country': meta.get('phone_country') if meta.get('phone_country') not in ('none', 'todo') else none,
    }) -%}
    {%- endfor -%}
    {%- endfor -%}
    {%- set constants = {} -%}
    {%- for target, value in meta.get('constants', {}).items() -%}
    {%- do fields.setdefault(target.split('.')[0], {}) -%}
    {%- do constants.setdefault(target.split('.')[0], {}).update({target.split('.')[1]: value | string}) -%}
    {%- endfor -%}
    {{ return({'rows': meta.rows, 'fields': fields, 'constants': constants}) }}
{%- endmacro %}

{#- The contract of an input entity: column → type and class of text, its key, what must be filled, which values a column
    may have. -#}
{% macro contract_of(entity) -%}
    {%- set node = graph.nodes.get('model.' ~ project_name ~ '.input__' ~ entity) -%}
    {%- if not node -%}{{ exceptions.raise_compiler_error("maps_to names " ~ entity ~ ", which is no entity of the input layer") }}{%- endif -%}
    {%- set contract = namespace(types={}, texts={}, key=[], filled=[], accepted={}) -%}
    {%- for column in node.columns.values() -%}
    {%- do contract.types.update({column.name: column.data_type}) -%}
    {%- do contract.texts.update({column.name: 'personal' if column.config.meta.get('pii') else column.config.meta.get('text')}) -%}
    {%- endfor -%}
    {%- for test in graph.nodes.values() if test.resource_type == 'test' and test.attached_node == node.unique_id -%}
    {%- if test.test_metadata.name == 'unique_grain' -%}
    {%- set contract.key = test.test_metadata.kwargs.columns | reject('equalto', 'source_system') | list -%}
    {%- elif test.test_metadata.name == 'not_null' -%}
    {%- do contract.filled.append(test.column_name) -%}
    {%- elif test.test_metadata.name == 'accepted_values' -%}
    {%- do contract.accepted.update({test.column_name: test.test_metadata.kwargs['values']}) -%}
    {%- endif -%}
    {%- endfor -%}
    {{ return(contract) }}
{%- endmacro %}

{#- The columns of the contract that a mapped table offers for one entity, in the order of the contract. -#}
{% macro mapped_columns(mapping, entity) -%}
    {%- set types = contract_of(entity).types -%}
    {%- set given = mapping.fields[entity].keys() | list + mapping.constants.get(entity, {}).keys() | list -%}
    {%- for column in given if column not in types and column not in ('region', 'currency') -%}
    {{ exceptions.raise_compiler_error("maps_to: " ~ entity ~ "." ~ column ~ " is no column of input__" ~ entity) }}
    {%- endfor -%}
    {%- set beside = {
        'name': ['name_honorific', 'name_note', 'name_script'],
        'company_name': ['company_branch'],
        'phone': ['phone_reason', 'phone_partial'],
        'email': ['email_reason'],
        'credit_code': ['credit_code_reason'],
        'id_number_hash': ['id_number_reason'],
        'birth_date': ['birth_date_reason'],
        'region': ['province_code', 'city_code', 'district', 'region_status'],
    } -%}
    {%- set offered = given + ['landed_on'] -%}
    {%- for column in given -%}{%- do offered.extend(beside.get(column, [])) -%}{%- endfor -%}
    {%- if entity == 'customers' -%}{%- do offered.append('missing_reasons') -%}{%- endif -%}
    {%- if entity == 'order_items' -%}{%- do offered.extend(['source_line_id', 'amount']) -%}{%- endif -%}
    {{ return(types.keys() | select('in', offered) | list) }}
{%- endmacro %}

{#- Entities of one system that are staged by mapping and offer an input entity. -#}
{% macro mapped_in(system, offered) -%}
    {%- set found = [] -%}
    {%- for item in mapped_sources() if item.system == system and offered in item.offers -%}{%- do found.append(item.entity) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- What mapped tables add to the offers of an input model. -#}
{% macro mapped_offers(entity) -%}
    {%- set offers = [] -%}
    {%- for item in mapped_sources() if entity in item.offers -%}
    {%- set columns = mapped_columns(mapping_of(item.system, item.entity), entity) if execute else [] -%}
    {%- do offers.append((item.system, ref(item.offers[entity]), columns)) -%}
    {%- endfor -%}
    {{ return(offers) }}
{%- endmacro %}
