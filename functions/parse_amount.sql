{#- Exact decimal(18, 2), half away from zero. Negative: leading or trailing minus, brackets, 负. Units 百 千 万 百万
    千万 亿 multiply. Only signs of `currency`, by default the data set's, are accepted: another currency is null,
    not a number of the wrong money. Commas or apostrophes must stand at thousands; a dash in place of the cents (15.-,
    15,--) says that there are none and is no minus. -#}
{%- set signs = {
    'CNY': '¥|元|圆|块|RMB|CNY|人民币',
    'USD': 'US$|$|USD|美元|美金',
    'EUR': '€|EUR|欧元',
    'GBP': '£|GBP|英镑',
    'HKD': 'HK$|HKD|港币|港元',
    'TWD': 'NT$|TWD|新台币',
    'JPY': '¥|JPY|日元|円',
    'CHF': 'FR|SFR|CHF|瑞士法郎',
} -%}
{%- set own_signs -%}
case currency
    {%- for code, texts in signs.items() %}
    when '{{ code }}' then '||{{ texts }}|'
    {%- endfor %}
    else '||' || currency || '|'
end
{%- endset -%}
{%- set number = '((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(E[+-]?[0-9]{1,2})?' -%}
{%- set pattern = '^([(]?[-+负]?)([^-+(负0-9.|]*)([-+]?)' ~ number ~ '(百万|千万|[百千万亿])?([^-)整正0-9.,|]*)[整正]?([)]?-?)$' -%}
{#- before and behind the number | number | unit | signs of currency; a negative amount has exactly one of: minus, 负, a pair of brackets. -#}
{%- set amount -%}
case
    when split_part(_n, '|', 1) not in ('', '+', '-', '负', '()') then null
    when not contains({{ own_signs }}, '|' || split_part(_n, '|', 4) || '|') then null
    when not contains({{ own_signs }}, '|' || split_part(_n, '|', 5) || '|') then null
    else try_cast(
        case when split_part(_n, '|', 1) in ('', '+') then 1 else -1 end * case
            when split_part(_n, '|', 3) = '' then try_cast(replace(split_part(_n, '|', 2), ',', '') as decimal(18, 2))
            else try_cast(
                try_cast(replace(split_part(_n, '|', 2), ',', '') as decimal(28, 10)) * case split_part(_n, '|', 3)
                    when '百' then 100 when '千' then 1000 when '万' then 10000 when '百万' then 1000000
                    when '千万' then 10000000 else 100000000
                end
                as decimal(18, 2)
            )
        end
        as decimal(18, 2)
    )
end
{%- endset -%}
{%- set body -%}
case
    when {{ regexp_like('_a', '^-?[0-9]{1,17}([.][0-9]{1,10})?$') }}
        then try_cast(_a as decimal(18, 2))
    when {{ regexp_like('_a', pattern) }}
        then {{ bind(regexp_replace_all('_a', pattern, '\\1\\3\\8|\\4\\5|\\6|\\2|\\7'), '_n', amount) }}
end
{%- endset -%}
{#- What few write is brought to the common form first: Fr. before the number, a dash in place of the cents, apostrophes. -#}
{%- set whole = regexp_replace_all(
    regexp_replace_all(
        regexp_replace_all('_f', '(FR)[.,]', '\\1'), '([0-9])[.]-{1,2}([^0-9.,]*)$', '\\1\\2'
    ), '^([^.]*[0-9]),-{1,2}([^0-9.,]*)$', '\\1\\2'
) -%}
{%- set grouped = regexp_replace_all(
    regexp_replace_all('_w', '([0-9])\\x27([0-9]{3})', '\\1,\\2'), '([0-9])\\x27([0-9]{3})', '\\1,\\2'
) -%}
{%- set common -%}
case
    when not {{ regexp_like('_f', '[.,]-|FR[.,]|\\x27') }} then _f
    else {{ bind(whole, '_w', "case when contains(_w, ',') then _w else " ~ grouped ~ " end") }}
end
{%- endset -%}
{{- bind(bind("upper(replace(" ~ function('fold_width') ~ "(text), ' ', ''))", '_f', common), '_a', body) -}}
