{#- Traditional to simplified, character by character. Text without a traditional character pays for one regular
    expression. -#}
{%- set body -%}
case
    when _p.simple is null then _p.plain
    else {{ list_joined(list_coalesce('_p.simple', characters('_p.plain'))) }}
end
{%- endset -%}
{%- set simple -%}
case
    when {{ regexp_like('text', '[' ~ han_traditional() ~ ']') }}
        then {{ look_up(
            han_list('simplified', character_of('cast(_i.code_point as integer)')), characters('text'), 19968
        ) }}
end
{%- endset -%}
{%- set pair = struct_of({'plain': 'text', 'simple': simple}) -%}
{{- bind(pair, '_p', body) -}}
