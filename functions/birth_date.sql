{%- set body -%}
case
    when _d.parsed is null then case when _d.is_empty then '!missing' else '!invalid' end
    when _d.parsed < date '1900-01-01' or _d.parsed > _d.as_of
        or {{ function('is_listed') }}(_d.defaults, cast(_d.parsed as string))
        then '!implausible'
    else cast(_d.parsed as string)
end
{%- endset -%}
{%- set parts = struct_of({
    'parsed': function('parse_date') ~ '(text, day_first => day_first)',
    'defaults': function('listed_terms') ~ "('placeholder_date')",
    'is_empty': function('clean_text') ~ '(text) is null',
    'as_of': 'cast(as_of as date)',
}) -%}
{%- set answer = struct_of({
    'date': "case when left(_v, 1) <> '!' then cast(_v as date) end",
    'reason': "case when left(_v, 1) = '!' then substr(_v, 2) end",
}) -%}
{{- bind(bind(parts, '_d', body), '_v', answer) -}}
