{#- Name and note, divided by ␟. A note stands in brackets, behind a divider or behind the name's first word;
    a blank inside a Chinese name is no divider. What a mask hides is one star: 王**, 王某某 and 李XX are 王* and 李*, of **霞红
    the given name is left. -#}
{%- set han = '\\x{3007}\\x{3400}-\\x{9FFF}' -%}
{%- set open, close = '(\\[{<〔【《「『', ')\\]}>〕】》」』' -%}
{%- set divider = '/|,;:、_~+*#=' -%}
{%- set bracket = '^ *([^' ~ open ~ ']*)[' ~ open ~ ']([^' ~ close ~ ']*)[' ~ close ~ ']?(.*)$' -%}
{%- set outside_brackets -%}
case
    when not {{ regexp_like('_t', '[' ~ open ~ ']') }} then _t || '␟'
    when {{ regexp_like('_t', '^ *[' ~ open ~ ']') }} then {{ regexp_replace_all('_t', bracket, '\\3' ~ '␟' ~ '\\2') }}
    else {{ regexp_replace_all('_t', bracket, '\\1' ~ '␟' ~ '\\2 \\3') }}
end
{%- endset -%}
{%- set latin -%}
{{ regexp_replace_all(
    regexp_replace_all("split_part(_b, '␟', 1)", "^([^,]+), *([^,]+)$", '\\2 \\1'),
    '^([^/|;:_~+*#=0-9]*[^/|;:_~+*#=0-9 -])[ -]*(?:(?: - |[/|;:_~+#=])(.*)|([*0-9].*))$', '\\1' ~ '␟' ~ '\\2\\3'
) }}
{%- endset -%}
{#- The first stretch with Chinese characters is the name, what stands before and behind it the note. -#}
{%- set chinese -%}
{{ regexp_replace_all(
    regexp_replace_all(
        regexp_replace_all(
            "split_part(_b, '␟', 1)",
            '^([^' ~ han ~ ']*[-' ~ divider ~ '0-9])?([^' ~ divider ~ '-]*?[' ~ han ~ '·a-zA-Z])((?:[-' ~ divider ~ '0-9].*)?)$',
            '\\2' ~ '␟' ~ '\\1 \\3'
        ),
        '^([' ~ han ~ ']|' ~ compound_surnames() ~ ') +([' ~ han ~ ']{1,2})( |␟|$)', '\\1\\2\\3'
    ),
    '^([' ~ han ~ ']{2,4}) +([^␟]*)', '\\1' ~ '␟' ~ '\\2 '
) }}
{%- endset -%}
{%- set starred = '^ *([' ~ han ~ ']{0,2}?)(?:[*○×●某]+|[xX]{2,})([' ~ han ~ ']{0,4}) *([' ~ han ~ ']{0,4}) *$' -%}
{%- set named -%}
case
    when {{ regexp_like("split_part(_b, '␟', 1)", starred) }}
        then {{ regexp_replace_all("split_part(_b, '␟', 1)", starred, '\\1*\\2\\3') }} || '␟'
    when {{ regexp_like('_b', '^[^␟]*[' ~ han ~ ']') }} then {{ chinese }}
    else {{ latin }}
end || ' ' || split_part(_b, '␟', 2)
{%- endset -%}
{%- set body -%}
case when {{ regexp_like('_t', '^[' ~ han ~ ']{1,4}$') }} and not contains(_t, '某') then _t else {{ bind(outside_brackets, '_b', named) }} end
{%- endset -%}
{{- bind('text', '_t', body) -}}
