{#- Name, form of address, note and, without a name, the reason, divided by ␟, each possibly empty. -#}
{%- set note = regexp_replace_all("substr(_p.split, length(split_part(_p.split, '␟', 1)) + 1)", '[ ␟]+', ' ') -%}
{%- set split = struct_of({
    'name': function('name_letters') ~ "(split_part(_p.split, '␟', 1))",
    'note': "case when contains(_p.split, '␟') then trim(both ' -,;:/|' from " ~ note ~ ") else '' end",
}) -%}
{#- How many characters at either end are a form of address; the longest wins. -#}
{%- set ahead -%}
case
    when contains(_q.name, ' ') and {{ function('is_listed') }}(_p.titles, split_part(_q.name, ' ', 1))
        then length(split_part(_q.name, ' ', 1)) + 1
    else 0
end
{%- endset -%}
{%- set behind -%}
case
    when {{ function('is_listed') }}(_p.familiar, right(_q.name, 1))
        and {{ regexp_like('_q.name', '^(?:.|' ~ compound_surnames() ~ ').$') }}
        then 1
    when not contains(_p.titles.ends, right(_q.name, 1)) then 0
    when {{ function('is_listed') }}(_p.titles, _q.name) then length(_q.name)
    {%- for size in (4, 3, 2, 1) %}
    when length(_q.name) > {{ size }} and {{ function('is_listed') }}(_p.titles, right(_q.name, {{ size }})) then {{ size }}
    {%- endfor %}
    else 0
end
{%- endset -%}
{%- set measured = struct_of({
    'name': '_q.name',
    'note': '_q.note',
    'is_title_noted': "_q.note <> '' and " ~ function('is_listed') ~ "(_p.titles, split_part(lower(_q.note), ' ', 1))",
    'ahead': ahead,
    'behind': behind,
}) -%}
{#- Words that name nobody: whole, before a Chinese form of address (匿名先生), several behind another (Mr. Walk-in; Mr. Guest is a name), each of several (guest user); or what a mask
    leaves of a nickname (t***8; of J*** the initial is known). A guest of a number (游客82731) is one guest, a counter (散客2) is all of them. -#}
{%- set bare = 'left(_r.name, length(_r.name) - _r.behind)' -%}
{%- set untitled = 'substr(_r.name, 1 + _r.ahead)' -%}
{%- set shared = "case when " ~ regexp_like('_p.split', '[0-9]{3}') ~ " then 'placeholder' else 'walk_in' end" -%}
{%- set reason -%}
case
    {%- for list, code in [('customers', shared), ('nobody', "'placeholder'")] %}
    when {{ function('is_listed') }}(_p.{{ list }}, _r.name) or {{ function('is_listed') }}(_p.{{ list }}, {{ bare }})
        then {{ code }}
    when _r.ahead > 0 and contains({{ untitled }}, ' ') and {{ function('is_listed') }}(_p.{{ list }}, {{ untitled }})
        then 'placeholder'
    {%- endfor %}
    when {{ all_words_listed('_r.name', ['_p.customers', '_p.nobody', '_p.empty_texts']) }} then 'placeholder'
    when {{ regexp_like('_r.name', '^[a-z]$') }} and {{ regexp_like('_r.note', '[*][^ *]') }} then 'masked'
    else ''
end
{%- endset -%}
{%- set assembled -%}
case
    when _r.name is null then null
    when _y <> ''
        then '␟' || case when _r.behind > 0 then right(_r.name, _r.behind) else '' end || '␟' || _r.note || '␟' || _y
    when _r.ahead + _r.behind > 0
        then {{ bind("substr(_r.name, 1 + _r.ahead, length(_r.name) - _r.ahead - _r.behind)", '_n',
            "case when " ~ regexp_like('_n', '^[老小阿大][' ~ single_surnames() ~ ']$') ~ " then substr(_n, 2) else trim(_n) end") }}
            || '␟' || trim(left(_r.name, _r.ahead)) || right(_r.name, _r.behind) || '␟' || _r.note
    when {{ regexp_like('_r.name', '^[老小阿][' ~ single_surnames() ~ ']$') }}
        then substr(_r.name, 2) || '␟' || left(_r.name, 1) || '␟' || _r.note
    when _r.is_title_noted
        then _r.name || '␟' || split_part(_r.note, ' ', 1) || '␟' || trim(substr(_r.note, length(split_part(_r.note, ' ', 1)) + 1))
    else _r.name || '␟␟' || _r.note
end
{%- endset -%}
{%- set parts = struct_of({
    'split': function('split_name') ~ '(' ~ function('han_simplify') ~ '(' ~ function('clean_text') ~ '(text)))',
    'titles': function('listed_terms') ~ "('honorific')",
    'familiar': function('listed_terms') ~ "('honorific_after_surname')",
    'nobody': function('listed_terms') ~ "('placeholder_name')",
    'customers': function('listed_terms') ~ "('placeholder_customer')",
    'empty_texts': function('listed_terms') ~ "('empty_text')",
}) -%}
{#- Most names end in a character that no form of address ends in: they are done at once. -#}
{%- set told -%}
case
    when _q.note = '' and {{ regexp_like('_q.name', '^[\\x{3400}-\\x{9FFF}]{2,4}$') }}
        and not contains('老小阿', left(_q.name, 1))
        and not contains(_p.titles.ends, right(_q.name, 1))
        and not contains(_p.familiar.ends, right(_q.name, 1))
        and not contains(_p.nobody.ends, right(_q.name, 1))
        and not contains(_p.customers.ends, right(_q.name, 1))
        then _q.name || '␟␟'
    else {{ bind(measured, '_r', bind(reason, '_y', assembled)) }}
end
{%- endset -%}
{#- What a mask leaves (王**, t***8) is no note, and the star that it leaves behind a name says nothing. -#}
{%- set legible = "trim(trailing '*' from split_part(_n, '␟', 1))" -%}
{%- set noted = "nullif(split_part(_n, '␟', 3), '')" -%}
{%- set answer = struct_of({
    'name': "nullif(" ~ legible ~ ", '')",
    'honorific': "nullif(split_part(_n, '␟', 2), '')",
    'note': "case when not " ~ regexp_like("split_part(_n, '␟', 3)", '^[^ *]?[*]+[^ *]?(?: [^ *]?[*]+[^ *]?)*$') ~ " then " ~ noted ~ " end",
    'reason': "case when coalesce(" ~ legible ~ ", '') = ''"
        ~ " then coalesce(nullif(split_part(_n, '␟', 4), ''), case when contains(_n, '*') then 'masked' else 'missing' end) end",
}) -%}
{{- bind(bind(parts, '_p', bind(split, '_q', told)), '_n', answer) -}}
