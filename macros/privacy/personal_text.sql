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
  A text column of an input entity without personal data in it; `class` is that of the contract. A data set may say of
  columns, as <system>.<entity>.<column>, that what looks personal there is not (datasets/<name>.yml, `not_personal`).
-#}
{% macro without_personal_text(entity, column, class) -%}
    {%- if class not in ['personal', 'words', 'key'] -%}
    {{ exceptions.raise_compiler_error(
        'input__' ~ entity ~ '.' ~ column ~ ' is text without a class. Write `config: {meta: {text: words}}` or `key`, or its'
        ~ ' `pii` class, in models/input/_input__models.yml'
    ) }}
    {%- endif -%}
    {%- set excepted = [] -%}
    {%- for name in var('not_personal').split(',') if name.split('.')[1:] == [entity, column] -%}
    {%- do excepted.append("'" ~ name.split('.')[0] ~ "'") -%}
    {%- endfor -%}
    {%- if class == 'personal' or (class == 'key' and var('personal_data') == 'none') -%}
    {{ column }}
    {%- else -%}
    case
        {#- six characters are the shortest mail address #}
        when length({{ column }}) >= 6 and {{ function('looks_personal') }}({{ column }})
            {%- if excepted %} and source_system not in ({{ excepted | join(', ') }}){% endif %}
            then {{ masked_words() if class == 'words' else "'" ~ masked_key_prefix() ~ "' || left(" ~ function('keyed_hash') ~ "(" ~ column ~ "), 16)" }}
        else {{ column }}
    end
    {%- endif -%}
{%- endmacro %}

{#- Text columns of an input entity that may be masked. -#}
{% macro maskable_columns(entity) -%}
    {%- set columns = [] -%}
    {%- for column, class in contract_of(entity).texts.items() if class in ['words', 'key'] -%}{%- do columns.append(column) -%}{%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
