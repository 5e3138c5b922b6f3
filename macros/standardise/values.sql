{% macro parse_timestamp(x, time_zone='Asia/Shanghai', day_first=none) %}
    {#- Wall-clock time in `time_zone`. Texts with Z or an offset, epoch seconds (10 digits) and milliseconds (13) are
        instants and converted; everything else is taken as local. Five digits are an Excel serial day (1900 system).
        01/02/2025 is read only when `day_first` says how. Two-digit years and months without a day give null. -#}
    {%- set year_first = '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号]?[T ]*' -%}
    {%- set day_month = '^([0-9]{1,2})[- ]*([A-Z]{3})[A-Z]*[-., ]+([0-9]{4})[T ]*' -%}
    {%- set month_day = '^([A-Z]{3})[A-Z]*[. ]+([0-9]{1,2})(?:ST|ND|RD|TH)?[, ]+([0-9]{4})[T ]*' -%}
    {%- set slashed = '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})[T ]*' -%}
    {%- set months = 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC' -%}
    {%- set offset = '(:[0-9]{2}(?:[.][0-9]+)?) *(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)$' -%}
    {%- set rearranged -%}
case
    when {{ regexp_like('_s', year_first) }} then {{ regexp_replace_all('_s', year_first, '\\1-\\2-\\3 ') }}
    when {{ regexp_like('_s', '^[0-9]{8}([T ]?[0-9]{4}([0-9]{2}Z?)?)?$') }}
        then {{ regexp_replace_all('_s', '^([0-9]{4})([0-9]{2})([0-9]{2})[T ]?(?:([0-9]{2})([0-9]{2}))?([0-9]{2})?(Z?)$', '\\1-\\2-\\3 \\4:\\5:\\6\\7') }}
    when {{ regexp_like('_s', '^[0-9]{10}([.][0-9]{1,6})?$') }}
        then cast(epoch_ms(cast(try_cast(_s as decimal(38, 6)) * 1000 as bigint)) as varchar) || 'Z'
    when {{ regexp_like('_s', '^[0-9]{13}$') }} then cast(epoch_ms(try_cast(_s as bigint)) as varchar) || 'Z'
    when {{ regexp_like('_s', '^[1-7][0-9]{4}([.][0-9]+)?$') }}
        then cast(epoch_ms(1000 * cast(round((try_cast(_s as decimal(38, 10)) - 25569) * 86400, 0) as bigint)) as varchar)
    when {{ regexp_like('_s', day_month) }} and (strpos('{{ months }}', regexp_extract(_s, '{{ day_month }}', 2)) + 2) % 3 = 0
        then {{ regexp_replace_all('_s', day_month, '\\3-@-\\1 ') }}
    when {{ regexp_like('_s', month_day) }} and (strpos('{{ months }}', regexp_extract(_s, '{{ month_day }}', 1)) + 2) % 3 = 0
        then {{ regexp_replace_all('_s', month_day, '\\3-@-\\2 ') }}
    {%- if day_first is not none %}
    when {{ regexp_like('_s', slashed) }}
        then {{ regexp_replace_all('_s', slashed, '\\3-\\2-\\1 ' if day_first else '\\3-\\1-\\2 ') }}
    {%- endif %}
end
    {%- endset -%}
    {%- set worded -%}
case
    when {{ regexp_like('_r', '^[0-9: .-]*$') }} then rtrim(_r, ' :')
    else {{ regexp_replace_all(
        regexp_replace_all(
            regexp_replace_all(
                regexp_replace_all(
                    "replace(_r, '@', cast((strpos('" ~ months ~ "', regexp_extract(_s, '[A-Z]{3}', 0)) + 2) // 3 as varchar))",
                    '(?:星期|周)[一二三四五六日天]|上午|下午|晚上|凌晨|早上|中午|秒| ?[AP]M$', ''
                ),
                '[时点分]', ':'
            ),
            offset, '\\1\\2'
        ),
        ':[ ]*$', ':00'
    ) }}
end
    {%- endset -%}
    {%- set read -%}
case
    when {{ regexp_like('trim(_w)', offset) }} then timezone('{{ time_zone }}', try_cast(trim(_w) as timestamp with time zone))
    when {{ regexp_like('_s', '下午|晚上|PM$') }} and {{ regexp_like('_w', ' 0?([1-9]|1[01]):') }}
        then try_cast(trim(_w) as timestamp) + interval '12' hour
    when {{ regexp_like('_s', '上午|凌晨|AM$') }} and {{ regexp_like('_w', ' 12:') }}
        then try_cast(trim(_w) as timestamp) - interval '12' hour
    else try_cast(trim(_w) as timestamp)
end
    {%- endset -%}
    {{- bind('upper(' ~ squeeze(x) ~ ')', '_s', bind(rearranged, '_r', bind(worded, '_w', read))) -}}
{% endmacro %}


{% macro parse_date(x, time_zone='Asia/Shanghai', day_first=none) -%}
cast({{ parse_timestamp(x, time_zone, day_first) }} as date)
{%- endmacro %}


{% macro parse_amount(x, currency='CNY') %}
    {#- Exact decimal(18, 2), half away from zero. Negative: leading or trailing minus, brackets, 负. Units 百 千 万 百万
        千万 亿 multiply. Only signs of the data set's own currency are accepted: another currency is null, not a number
        of the wrong money. Commas must stand at thousands. -#}
    {%- set signs = {
        'CNY': '[¥元圆块]|RMB|CNY|人民币',
        'USD': 'US[$]|[$]|USD|美元|美金',
        'EUR': '€|EUR|欧元',
        'GBP': '£|GBP|英镑',
        'HKD': 'HK[$]|HKD|港币|港元',
        'TWD': 'NT[$]|TWD|新台币',
        'JPY': '¥|JPY|日元|円'
    } -%}
    {%- set sign = '(?:' ~ signs.get(currency, currency) ~ ')?' -%}
    {%- set pattern = '^([(]?[-+负]?)' ~ sign ~ '([-+]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:[.][0-9]*)?|[.][0-9]+)(E[+-]?[0-9]{1,2})?(百万|千万|[百千万亿])?' ~ sign ~ '[整正]?([)]?-?)$' -%}
    {#- signs | number | unit; a negative amount has exactly one of: minus, 负, a pair of brackets. -#}
    {%- set amount -%}
case
    when split_part(_n, '|', 1) not in ('', '+', '-', '负', '()') then null
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
        then {{ bind(regexp_replace_all('_a', pattern, '\\1\\2\\6|\\3\\4|\\5'), '_n', amount) }}
end
    {%- endset -%}
    {{- bind("upper(replace(" ~ fold_width(x) ~ ", ' ', ''))", '_a', body) -}}
{% endmacro %}


{% macro parse_integer(x) %}
    {#- BIGINT; 3.0 is 3, 3.5 is null. -#}
    {%- set body -%}
case
    when {{ regexp_like('_n', '^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.]0*)?$') }}
        then try_cast(replace(regexp_extract(_n, '^([+-]?[0-9,]+)', 1), ',', '') as bigint)
end
    {%- endset -%}
    {{- bind("replace(" ~ fold_width(x) ~ ", ' ', '')", '_n', body) -}}
{% endmacro %}


{% macro parse_boolean(x) %}
    {%- set body -%}
case
    when _b in ('是', 'y', 'yes', '1', '1.0', 'true', 't', 'on', '有', '对', '√', '✓', '✔', '已', '启用', '真') then true
    when _b in ('否', 'n', 'no', '0', '0.0', 'false', 'f', 'off', '无', '没有', '不是', '错', '×', '✗', '✘', '未', '停用', '假') then false
end
    {%- endset -%}
    {{- bind('lower(' ~ squeeze(x) ~ ')', '_b', body) -}}
{% endmacro %}


{% macro gender(x) %}
    {#- male, female or null; the digits are those of GB/T 2261.1 and of WeChat. -#}
    {%- set body -%}
case
    when _g in ('男', '男性', '男士', '先生', 'm', 'male', 'man', 'mr', 'mr.', '1', '1.0') then 'male'
    when _g in ('女', '女性', '女士', '小姐', '太太', 'f', 'female', 'woman', 'ms', 'ms.', 'mrs', 'mrs.', 'miss', '2', '2.0') then 'female'
end
    {%- endset -%}
    {{- bind('lower(' ~ squeeze(x) ~ ')', '_g', body) -}}
{% endmacro %}


{% macro birth_date_verdict(x, as_of, day_first=none) %}
    {%- set body -%}
case
    when _d.parsed is null then case when _d.is_empty then '!missing' else '!invalid' end
    when _d.parsed < date '1900-01-01' or _d.parsed > _d.as_of 
        or {{ is_listed('_d.defaults', 'cast(_d.parsed as varchar)') }}
        then '!implausible'
    else cast(_d.parsed as varchar)
end
    {%- endset -%}
    {%- set parts -%}
{
    'parsed': {{ parse_date(x, day_first=day_first) }},
    'defaults': {{ standard_terms('placeholder_date') }},
    'is_empty': {{ clean_text(x) }} is null,
    'as_of': cast({{ as_of }} as date)
}
    {%- endset -%}
    {{- bind(parts, '_d', body) -}}
{% endmacro %}


{% macro birth_date(x, as_of, day_first=none) %}
    {#- A date from 1900 to `as_of` that is no system default (seed). -#}
    {{- bind(birth_date_verdict(x, as_of, day_first), '_v', "case when not starts_with(_v, '!') then cast(_v as date) end") -}}
{% endmacro %}


{% macro birth_date_reason(x, as_of, day_first=none) %}
    {#- missing, invalid, implausible -#}
    {{- verdict_reason(birth_date_verdict(x, as_of, day_first)) -}}
{% endmacro %}


{% macro industry_code(x) %}
    {#- GB/T 4754-2017: section letter or two-digit division from a code (C, 15, C15) or a label in either language;
        'unmapped' for any other text. Where both levels share a label (教育), the division. -#}
    {%- set codes -%}
(
    select map(list(_k.name), list(_k.code))
    from (
        select _n.name, min(_n.code) as code
        from (
            select code, lower(unnest([code, section || code, label_zh, label_en])) as name
            from {{ ref('industries') }}
        ) as _n
        group by _n.name
    ) as _k
)
    {%- endset -%}
    {%- set text = 'lower(' ~ clean_text(x) ~ ')' -%}
coalesce({{ codes }}[{{ text }}], {{ bind(text, '_t', "case when _t is not null then 'unmapped' end") }})
{% endmacro %}
