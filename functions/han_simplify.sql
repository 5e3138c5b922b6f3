{#- Traditional to simplified, character by character. Text without a traditional character pays for one regular
    expression. -#}
{%- set body -%}
case
    when _p.simple is null then _p.plain
    else list_aggregate(
        list_transform(list_zip({{ characters('_p.plain') }}, _p.simple), lambda _c: coalesce(_c[2], _c[1])),
        'string_agg', ''
    )
end
{%- endset -%}
{%- set pair -%}
{
    'plain': text,
    'simple': case
        when {{ regexp_like('text', '[' ~ han_traditional() ~ ']') }}
            then {{ look_up(han_list('simplified', 'chr(19968 + _i.i)'), characters('text'), 19968) }}
    end
}
{%- endset -%}
{{- bind(pair, '_p', body) -}}
