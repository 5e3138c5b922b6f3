{#-
  Personal data in fields that are not declared personal: people type a phone into the job level and a mail address into
  the campaign's name. Patterns, not certainty: a name is not recognised. Each text column of the input layer has a class
  (`config.meta.text`): `words` are masked as a whole, a `key` becomes a keyed hash, by which rows still join.
-#}

{#- What stands in place of such words. Not a word of any language; counted by quality/masked_texts. -#}
{% macro masked_words() -%} '***' {%- endmacro %}

{#- Begins a hashed key. -#}
{% macro masked_key_prefix() -%} masked: {%- endmacro %}

{% macro is_masked_text(x) -%}
    ({{ x }} = {{ masked_words() }} or {{ x }} like '{{ masked_key_prefix() }}%')
{%- endmacro %}

{#- Whether a text holds a mail address, a telephone number or a Chinese ID number, whatever stands around it. -#}
{% macro looks_personal(x) -%}
    {%- set patterns = [
        '[[:alnum:]._%+-]+@[[:alnum:]-]+[.][[:alpha:]]',
        '(^|[^0-9])((00)?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}($|[^0-9])',
        '[+][1-9][0-9]{0,2}[ (.-]*[0-9][0-9 ().-]{6,}',
        '(^|[^0-9])0[0-9]{2,3}-[0-9]{7,8}($|[^0-9])',
        '(^|[^0-9])[(]?[2-9][0-9]{2}[)]?[ .-][0-9]{3}[ .-][0-9]{4}($|[^0-9])',
        '(^|[^0-9])[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]($|[^0-9])',
    ] -%}
    {{ regexp_like("translate(" ~ x ~ ", '０１２３４５６７８９＠＋－．（）　', '0123456789@+-.() ')", patterns | join('|')) }}
{%- endmacro %}

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
        when length({{ column }}) >= 6 and {{ looks_personal(column) }}
            {%- if excepted %} and source_system not in ({{ excepted | join(', ') }}){% endif %}
            then {{ masked_words() if class == 'words' else "'" ~ masked_key_prefix() ~ "' || left(" ~ keyed_hash(column) ~ ", 16)" }}
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
