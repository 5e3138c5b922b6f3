{#-
  Personal data in fields that are not declared personal: people type a phone into the job level and a mail address into
  the campaign's name. Patterns, not certainty: a name is not recognised. Each text column of the input layer has a class
  (`config.meta.text`): `words` are masked as a whole, a `key` becomes a keyed hash, by which rows still join.
-#}

{#- What stands in place of such words. Not a word of any language; counted by quality/masked_texts. -#}
{% macro masked_words() -%} '***' {%- endmacro %}

{#- Begins a hashed key. -#}
{% macro masked_key_prefix() -%} masked: {%- endmacro %}

{#-
  A text column of an input entity without personal data in it; its class is that of the contract. A data set may say of
  columns, as <system>.<entity>.<column>, that what looks personal there is not (datasets/<name>.yml, `not_personal`).
-#}
{% macro without_personal_text(entity, column) -%}
    {%- set name, class = column.name, text_class(column) -%}
    {%- if class not in ['personal', 'words', 'key'] -%}
    {{ exceptions.raise_compiler_error(
        'input__' ~ entity ~ '.' ~ name ~ ' is text without a class. Write `config: {meta: {text: words}}` or `key`, or its'
        ~ ' `pii` class, in models/input/_input__models.yml'
    ) }}
    {%- endif -%}
    {%- set excepted = [] -%}
    {%- for other in var('not_personal').split(',') if other.split('.')[1:] == [entity, name] -%}
    {%- do excepted.append("'" ~ other.split('.')[0] ~ "'") -%}
    {%- endfor -%}
    {%- if class == 'personal' or (class == 'key' and var('personal_data') == 'none') -%}
    {{ name }}
    {%- else -%}
    {%- set masked = function('without_personal_' ~ class) ~ '(' ~ name ~ ')' -%}
    {%- if excepted -%}
    case when source_system in ({{ excepted | join(', ') }}) then {{ name }} else {{ masked }} end
    {%- else -%}
    {{ masked }}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Text columns of an input entity that may be masked. -#}
{% macro maskable_columns(entity) -%}
    {%- set columns = [] -%}
    {%- for column in input_columns(entity) if text_class(column) in ['words', 'key'] -%}{%- do columns.append(column.name) -%}{%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The class of a text column: `personal` where it is declared personal, else its `text`. -#}
{% macro text_class(column) -%}
    {{ return('personal' if column.config.meta.get('pii') else column.config.meta.get('text')) }}
{%- endmacro %}
