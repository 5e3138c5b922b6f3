{#- Minutes east of UTC, of abbreviations that mean one offset wherever the tz database uses them. Those of several zones
    (CST, CDT, PST, IST) and those with another meaning in common use (BST, AST) are not read. -#}
{% macro zone_abbreviations() -%}
    {{ return({
        'Z': 0, 'UTC': 0, 'GMT': 0, 'WET': 0, 'WEST': 60, 'CET': 60, 'CEST': 120, 'EET': 120, 'EEST': 180,
        'HKT': 480, 'JST': 540, 'AEST': 600, 'AEDT': 660, 'NZST': 720, 'NZDT': 780,
        'EDT': -240, 'EST': -300, 'MDT': -360, 'MST': -420, 'PDT': -420,
    }) }}
{%- endmacro %}


{% macro parse_timestamp(x, time_zone=none, day_first=none, utc=false) %}
    {#- Wall-clock time in `time_zone`, by default the data set's. A text that names a zone (Z, an offset from -12:00 to
        +14:00, an abbreviation of zone_abbreviations, a name of the tz database), epoch seconds (10 digits) and
        milliseconds (13) are instants and converted. Any other time is local, or UTC with `utc`; a day without a time
        stays that day. Five digits are an Excel serial day (1900 system). 01/02/2025 is read only when `day_first` says
        how. Null: two-digit years, months without a day, an hour that contradicts its half of the day (13 AM, 晚上12点),
        and local times that a named zone skips or repeats when its clocks change. -#}
    {%- set time_zone = time_zone or var('time_zone', 'Asia/Shanghai') -%}
    {%- set plain = '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,6})?)?)?$' -%}

    {#- 1. The day in front, as YYYY-M-D or YYYY-MAR-D, and behind a blank whatever else there is. -#}
    {%- set weekday = '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?' -%}
    {%- set month = '(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?' -%}
    {%- set day = '([0-9]{1,2})(?:ST|ND|RD|TH)?' -%}
    {%- set end = '[T, ]*(?:AT )?' -%}
    {%- set year_first = '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?' ~ end -%}
    {%- set day_month = weekday ~ day ~ '[-./ ]*' ~ month ~ '[-./, ]*([0-9]{4})' ~ end -%}
    {%- set month_day = weekday ~ month ~ '[-./ ]*' ~ day ~ '[-/, ]+([0-9]{4})' ~ end -%}
    {%- set year_last = weekday ~ month ~ ' ([0-9]{1,2}) ([0-9]{1,2}:.*) ([0-9]{4})$' -%}
    {%- set slashed = '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})' ~ end -%}
    {%- set compact_day = regexp_replace_all('_u', '^([0-9]{4})([0-9]{2})([0-9]{2})[T ]*', '\\1-\\2-\\3 ') -%}
    {%- set compact_minute = regexp_replace_all(compact_day, ' ([0-9]{2})([0-9]{2})', ' \\1:\\2') -%}
    {%- set day_in_front -%}
case
    when {{ regexp_like('_u', year_first) }} then {{ regexp_replace_all('_u', year_first, '\\1-\\2-\\3 ') }}
    when {{ regexp_like('_u', '^[0-9]{8}($|[T ]|[0-9]{4}$|[0-9]{6}([^0-9]|$))') }}
        then {{ regexp_replace_all(compact_minute, '(:[0-9]{2})([0-9]{2})', '\\1:\\2') }}
    when {{ regexp_like('_u', '^[0-9]{10}([.][0-9]{1,6}|[0-9]{3})?$') }}
        then cast(epoch_ms(1000 * try_cast(left(_u, 10) as bigint)) as varchar) || rtrim('.' || ltrim(substr(_u, 11), '.'), '.') || 'Z'
    when {{ regexp_like('_u', '^[1-7][0-9]{4}([.][0-9]+)?$') }}
        then replace(cast(epoch_ms(1000 * cast(round((try_cast(_u as double) - 25569) * 86400, 0) as bigint)) as varchar), ' 00:00:00', ' ')
    when {{ regexp_like('_u', day_month) }} then {{ regexp_replace_all('_u', day_month, '\\3-\\2-\\1 ') }}
    when {{ regexp_like('_u', month_day) }} then {{ regexp_replace_all('_u', month_day, '\\3-\\1-\\2 ') }}
    when {{ regexp_like('_u', year_last) }} then {{ regexp_replace_all('_u', year_last, '\\4-\\1-\\2 \\3') }}
    {%- if day_first is not none %}
    when {{ regexp_like('_u', slashed) }}
        then {{ regexp_replace_all('_u', slashed, '\\3-\\2-\\1 ' if day_first else '\\3-\\1-\\2 ') }}
    {%- endif %}
end
    {%- endset -%}

    {#- 2. Its parts; a text with anything left over has none. -#}
    {%- set parts = {
        'year': '^([0-9]{4})-',
        'month': '([0-9]{1,2}|[A-Z]{3})-',
        'day': '([0-9]{1,2}) (?:[(]?(?:星期|周|週|礼拜|禮拜)[一二三四五六日天][)]?[, ]*)?',
        'half': '(?:(凌晨|早上|早晨|清晨|上午|中午|下午|傍晚|晚上)? ?',
        'hour': '([0-9]{1,2}) ?(?:[:时時点點] ?',
        'minute': '([0-9]{1,2})(?: ?[:分] ?',
        'second': '([0-9]{1,2})',
        'fraction': '(?:[.,]([0-9]{1,6})[0-9]*)? ?秒?| ?分)?|',
        'full_hour': '([时時点點]整?))?',
        'am_pm': '(?: ?([AP])[.]? ?M[.]?)?',
        'zone': '(?: ?(Z|[A-Z]{3,4}|(?:AFRICA|AMERICA|ANTARCTICA|ARCTIC|ASIA|ATLANTIC|AUSTRALIA|BRAZIL|CANADA|CHILE|ETC|EUROPE|INDIAN|MEXICO|PACIFIC|US)/[A-Z0-9/_+-]+)(?:\\[[^\\]]*\\])?)?',
        'east_hours': '(?: ?([+-][0-9]{1,2})',
        'east_minutes': '(?::?([0-5][0-9]))?(?: ?[\\[(][^\\])]*[\\])])?)?)?$',
    } -%}

    {#- 3. The local time, where, and how many minutes that is east of UTC. -#}
    {%- set months = 'JAN01FEB02MAR03APR04MAY05JUN06JUL07AUG08SEP09OCT10NOV11DEC12' -%}
    {%- set afternoon = '(P|下午|傍晚)' -%}
    {%- set morning = '(A|上午|凌晨)' -%}
    {%- set half_hour = '_t.half || _t.am_pm || _t.hour' -%}
    {%- set later -%}
case
    when _t.half || _t.am_pm = '' then case when _t.hour = '' or _t.minute || _t.full_hour <> '' then 0 end
    when {{ regexp_like(half_hour, '^(' ~ morning ~ '|早上|早晨|清晨)(0?[1-9]|1[01])$|^' ~ morning ~ '0?0$|^' ~ afternoon ~ '(1[2-9]|2[0-3])$|^中午1[1-4]$|^晚上(1[7-9]|2[0-3])$') }} then 0
    when {{ regexp_like(half_hour, '^' ~ afternoon ~ '(0?[0-9]|1[01])$|^中午0?[12]$|^晚上(0?[5-9]|1[01])$') }} then 720
    when {{ regexp_like(half_hour, '^' ~ morning ~ '12$') }} then -720
end
    {%- endset -%}
    {%- set wall -%}
try_cast(concat(
    _t.year, '-', case when length(_t.month) = 3 then substr('{{ months }}', strpos('{{ months }}', _t.month) + 3, 2) else _t.month end,
    '-', _t.day, ' ', coalesce(nullif(_t.hour, ''), '0'), ':', coalesce(nullif(_t.minute, ''), '0'), ':', coalesce(nullif(_t.second, ''), '0'), '.', _t.fraction
) as timestamp)
    {%- endset -%}
    {%- set east -%}
case
    when _t.east_hours <> '' and (_t.zone in ('UTC', 'GMT') or (_t.zone = '' and length(_t.east_hours) = 3))
        then 60 * try_cast(_t.east_hours as integer) + try_cast(left(_t.east_hours, 1) || '0' || _t.east_minutes as integer)
    when _t.east_hours = '' then case _t.zone
        {%- if utc %} when '' then case when _t.hour <> '' then 0 end{% endif %}
        {%- for name, minutes in zone_abbreviations().items() %} when '{{ name }}' then {{ minutes }}{% endfor %}
    end
end
    {%- endset -%}
    {%- set told = "{'wall': " ~ add_minutes(wall, later) ~ ", 'zone': _t.zone || _t.east_hours, 'east': " ~ east ~ "}" -%}

    {#- 4. Where the data set is. -#}
    {%- set here -%}
case
    when _z.east between -720 and 840 then {{ utc_to_local(add_minutes('_z.wall', '-_z.east'), time_zone) }}
    when _z.zone in ('', '{{ time_zone | upper }}') then _z.wall
    when {{ regexp_like('_z.zone', '/') }} then {{ utc_to_local(zone_to_utc('_z.wall', "regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$')"), time_zone) }}
end
    {%- endset -%}
    {%- set plain_time = 'try_cast(_s as timestamp)' -%}
    {%- if utc -%}
    {%- set plain_time = "case when strpos(_s, ':') > 0 then " ~ utc_to_local(plain_time, time_zone) ~ " else " ~ plain_time ~ " end" -%}
    {%- endif -%}
    {%- set read -%}
case
    when {{ regexp_like('_s', plain) }} then {{ plain_time }}
    when _s is not null
        then {{ bind('upper(_s)', '_u', bind(day_in_front, '_r', bind(regexp_groups('_r', parts), '_t', bind(told, '_z', here)))) }}
end
    {%- endset -%}
    {{- bind(squeeze(x), '_s', read) -}}
{% endmacro %}


{% macro parse_date(x, time_zone=none, day_first=none) -%}
cast({{ parse_timestamp(x, time_zone, day_first) }} as date)
{%- endmacro %}


{% macro parse_amount(x, currency=none) %}
    {#- Exact decimal(18, 2), half away from zero. Negative: leading or trailing minus, brackets, 负. Units 百 千 万 百万
        千万 亿 multiply. Only signs of `currency`, by default the data set's, are accepted: another currency is null,
        not a number of the wrong money. Commas must stand at thousands. -#}
    {%- set signs = {
        'CNY': '[¥元圆块]|RMB|CNY|人民币',
        'USD': 'US[$]|[$]|USD|美元|美金',
        'EUR': '€|EUR|欧元',
        'GBP': '£|GBP|英镑',
        'HKD': 'HK[$]|HKD|港币|港元',
        'TWD': 'NT[$]|TWD|新台币',
        'JPY': '¥|JPY|日元|円'
    } -%}
    {%- set currency = currency or var('currency', 'CNY') -%}
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
