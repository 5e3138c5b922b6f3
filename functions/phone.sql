{#- E.164, with ;ext= where the field has an extension, or '!reason'; a masked number keeps what it shows behind
    '!masked:'. What stands there may mean several numbers: one from abroad, one with the calling code but without +, one
    of the country; each with its trunk prefix or without. The first that a country gives out is the number. -#}
{%- set home = "'" ~ var('country', 'CN') ~ "'" -%}
{%- set fields = {} -%}
{%- for field in ['calling_code', 'trunk_prefix', 'exit_prefix', 'local_area', 'number_shapes'] -%}
    {%- do fields.update({field: "coalesce(max(c." ~ field ~ "), '')"}) -%}
{%- endfor -%}
{%- set plan -%}
(select {{ struct_of(fields) }} from {{ ref('countries') }} as c where c.country_code = coalesce(country, {{ home }}))
{%- endset -%}
{%- set code, trunk = '_p.plan.calling_code', '_p.plan.trunk_prefix' -%}
{%- set runs = [] -%}
{%- for i in range(10) %}{% do runs.append((i | string) * 8) %}{% endfor -%}
{%- set runs = (runs + ['01234567', '12345678', '23456789', '98765432', '87654321', '76543210']) | join('|') -%}

{#- 1. What the digits may mean, with a calling code and between bars: without its trunk prefix first. -#}
{%- set respelled = namespace(sql='_w.whole') -%}
{%- for pattern, replacement in phone_spellings() -%}
    {%- set respelled.sql = regexp_replace_all(respelled.sql, '^' ~ pattern, replacement) -%}
{%- endfor -%}
{%- set groups = [] -%}
{%- for _ in trunk_prefixes() -%}{%- do groups.append('\\' ~ loop.index) -%}{%- endfor -%}
{%- set written = struct_of({
    'whole': "case when left(_d, 1) = '+' then substr(_n, 2)"
        ~ " when _p.plan.exit_prefix <> '' and " ~ begins_with('_n', '_p.plan.exit_prefix')
        ~ " then substr(_n, length(_p.plan.exit_prefix) + 1) when left(_n, 2) = '00' then substr(_n, 3)"
        ~ " when " ~ code ~ " in ('52', '54', '55', '241') then " ~ code ~ " || _n else '' end",
    'home': "case when left(_d, 1) = '+' then '' else _n end",
}) -%}
{%- set meanings -%}
concat(
    '|', case
        when _w.whole = '' then ''
        when {{ regexp_like('_w.whole', '^(?:' ~ (phone_spellings() | map('first') | join('|')) ~ ')') }} then {{ respelled.sql }}
        else {{ regexp_replace_all('_w.whole', '^(?:' ~ trunk_prefixes() | join('|') ~ ')', groups | join) }}
    end,
    '|', _w.whole,
    '|', case when {{ begins_with('_w.home', code ~ ' || ' ~ trunk) }} then {{ code }} || substr(_w.home, length({{ code }} || {{ trunk }}) + 1) else '' end,
    '|', case when {{ begins_with('_w.home', code) }} then _w.home else '' end,
    '|', case when {{ begins_with('_w.home', trunk) }} then {{ code }} || substr(_w.home, length({{ trunk }}) + 1) else '' end,
    '|', case
        -- a Chinese landline without 0 and calling code could be a number of anywhere
        when {{ code }} <> '86' or {{ regexp_like('_w.home', '^(?:1[3-9]|[48]00[0-9]{7}$)') }} then {{ code }} || _w.home
        else ''
    end,
    '|', case when _p.plan.local_area <> '' then {{ code }} || _p.plan.local_area || _w.home else '' end, '|'
)
{%- endset -%}

{#- 2. The first of them that is a number. No groups in the pattern: with them an engine does not match by its automaton. -#}
{%- set strict = '[|](?:' ~ strict_numbers() | join('|') ~ ')[|]' -%}
{%- set number -%}
case
    when {{ regexp_like('_m', strict) }} then replace(regexp_extract(_m, '{{ strict }}', 0), '|', '')
    {%- for position in [2, 3] %}
    {%- set meaning = "split_part(_m, '|', " ~ position ~ ")" %}
    when {{ meaning }} <> '' and {{ bind("regexp_extract(" ~ meaning ~ ", '^" ~ calling_codes() ~ "', 0)", '_c',
        "contains('" ~ lengths_abroad() ~ "', '␟' || _c || ':' || cast(length(" ~ meaning ~ ") - length(_c) as string) || '␟')") }}
        then {{ meaning }}
    {%- endfor %}
    when {{ code }} in ('1', '86') then ''
    {%- for position in [4, 5, 6, 7, 8] %}
    {%- set meaning = "split_part(_m, '|', " ~ position ~ ")" %}
    when contains(
        _p.plan.number_shapes || ' ',
        substr({{ meaning }}, length({{ code }}) + 1, 1) || ':' || cast(length({{ meaning }}) - length({{ code }}) as string) || ' '
    )
        then {{ meaning }}
    {%- endfor %}
    else ''
end
{%- endset -%}

{#- 3. Why there is none: a length that no number of the country has, or digits that it does not give out. -#}
{%- set lengths = [] -%}
{%- for digits in ['_w.home', 'substr(_w.home, length(' ~ code ~ ') + 1)', 'substr(_w.home, length(' ~ trunk ~ ') + 1)', 'substr(_w.whole, length(' ~ code ~ ') + 1)'] -%}
    {%- do lengths.append("contains(_p.plan.number_shapes || ' ', ':' || cast(length(" ~ digits ~ ") as string) || ' ')") -%}
{%- endfor -%}
{%- set has_a_length -%}
case
    when {{ begins_with('_w.whole', code) }} then {{ lengths[3] }}
    when _w.whole <> '' then length(_w.whole) between 8 and 15
    else {{ lengths[0] }}
        or ({{ begins_with('_w.home', code) }} and {{ lengths[1] }})
        or ({{ trunk }} <> '' and {{ begins_with('_w.home', trunk) }} and {{ lengths[2] }})
end
{%- endset -%}
{%- set read = bind(written, '_w', bind(bind(meanings, '_m', number), '_e',
    "case when _e <> '' then '+' || _e when " ~ has_a_length ~ " then '!invalid_prefix' else '!invalid_length' end")) -%}

{#- 4. What a masked number shows, as a number of the country. -#}
{%- set shown -%}
case
    when {{ begins_with('_h', "'+' || " ~ code) }} then substr(_h, length({{ code }}) + 2)
    when {{ begins_with('_h', "'00' || " ~ code) }} then substr(_h, length({{ code }}) + 3)
    when {{ trunk }} <> '' and {{ begins_with('_h', code) }} then substr(_h, length({{ code }}) + 1)
    when {{ trunk }} <> '' and {{ begins_with('_h', trunk) }} then substr(_h, length({{ trunk }}) + 1)
    else ltrim(_h, '+')
end
{%- endset -%}
{#- Whole numbers of North America and Chinese mobiles, as their people write them, are done at once. -#}
{%- set judged -%}
case
    when _d in ('', '0') then '!missing'
    when contains(_d, '*')
        then '!masked:' || {{ bind("split_part(_d, '*', 1)", '_h', shown) }} || '****' || regexp_extract(_d, '[*]([0-9]*)(?:e[0-9]+)?$', 1)
    when not {{ regexp_like('_d', '^[+]?[0-9]+(e[0-9]+)?$') }} then '!invalid_characters'
    when {{ function('is_listed') }}(_p.placeholders, right(split_part(_d, 'e', 1), 11)) or {{ regexp_like('_d', runs) }} then '!placeholder'
    when {{ regexp_like(code ~ ' || _d', '^(?:1[2-9][0-9]{2}[2-9][0-9]{6}|861[3-9][0-9]{9})$') }} then '+' || {{ code }} || _d
    else {{ bind("split_part(_d, 'e', 1)", '_n', read) }}
end || case when {{ regexp_like('_d', '^[+0-9]+e') }} then ';ext=' || split_part(_d, 'e', 2) else '' end
{%- endset -%}
{%- set body -%}
case
    when _p.text is null or {{ function('is_listed') }}(_p.empty_texts, _p.text) then '!missing'
    else {{ bind(function('phone_digits') ~ '(_p.text)', '_d', judged) }}
end
{%- endset -%}
{%- set parts = struct_of({
    'text': 'lower(trim(' ~ function('fold_width') ~ '(text)))',
    'empty_texts': function('listed_terms') ~ "('empty_text')",
    'placeholders': function('listed_terms') ~ "('placeholder_phone')",
    'plan': plan,
}) -%}
{%- set type -%}
case
    when left(_v, 1) <> '+' then null
    when left(_v, 3) <> '+86' then 'international'
    when substr(_v, 4, 1) = '1' and substr(_v, 5, 1) between '3' and '9' then 'mobile'
    when length(split_part(_v, ';', 1)) = 13 and substr(_v, 4, 3) in ('400', '800') then 'service'
    else 'landline'
end
{%- endset -%}
{%- set answer = struct_of({
    'number': "case when left(_v, 1) = '+' then split_part(_v, ';', 1) end",
    'reason': "case when left(_v, 1) = '!' then regexp_extract(_v, '^!([a-z_]+)', 1) end",
    'type': type,
    'extension': "case when left(_v, 1) = '+' then nullif(split_part(_v, ';ext=', 2), '') end",
    'partial': "case when left(_v, 8) = '!masked:' and length(_v) >= 16 then split_part(substr(_v, 9), ';', 1) end",
}) -%}
{{- bind(bind(parts, '_p', body), '_v', answer) -}}
