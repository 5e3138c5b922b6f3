{#-
  First and last name, landed in columns of their own, as one text. A word for nothing is a name beside another part
  only (Christopher Null); where all of them are such words, they stay, and person_name says why there is no name.
-#}
{% macro whole_name(columns) -%}
    {%- set known, names, written = [], [], [] -%}
    {%- for column in columns -%}
    {%- do known.append(function('clean_text') ~ '(' ~ column ~ ')') -%}
    {%- do names.append(function('name_part') ~ '(' ~ column ~ ')') -%}
    {%- do written.append(function('squeeze') ~ '(' ~ column ~ ')') -%}
    {%- endfor -%}
    case
        when coalesce({{ known | join(', ') }}) is not null then concat_ws(' ', {{ names | join(', ') }})
        else nullif(concat_ws(' ', {{ written | join(', ') }}), '')
    end
{%- endmacro %}
