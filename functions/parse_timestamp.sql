{#- Wall-clock time in `time_zone`, by default the data set's. A text that names a zone (Z, an offset from -12:00 to
    +14:00, an abbreviation of zone_abbreviations, a name of the tz database), epoch seconds (10 digits) and
    milliseconds (13) are instants and converted. Any other time is local, to `local_zone` where one is given, or UTC with
    `utc`; a day without a time stays that day, and so does midnight with a `local_zone`: that is how programs write days. Five digits are an Excel serial day (1900 system). 01/02/2025 is read only when `day_first` says
    how. Null: two-digit years, months without a day, an hour that contradicts its half of the day (13 AM, 晚上12点),
    and local times that a named zone or `local_zone` skips when its clocks change or, if it is not the data set's, repeats. -#}
{%- set plain = '^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,6})?)?)?$' -%}

{#- 1. The day in front, as YYYY-M-D or YYYY-MAR-D, and behind a blank whatever else there is. -#}
{%- set weekday = '^(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]*[., ]+)?' -%}
{%- set month = '(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?:R?UARY|CH|IL|E|Y|UST|T|[TVC]?EMBER|OBER)?' -%}
{%- set day = '([0-9]{1,2})(?:ST|ND|RD|TH)?' -%}
{%- set end = '[T, ]*(?:AT |- )?' -%}
{%- set year_first = '^([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})[日号號]?' ~ end -%}
{%- set year_month = '^([0-9]{4})[-/. ]' ~ month ~ '[-/. ]([0-9]{1,2})' ~ end -%}
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
        then cast({{ at_epoch_second('try_cast(left(_u, 10) as bigint)') }} as string)
            || rtrim('.' || ltrim(substr(_u, 11), '.'), '.') || 'Z'
    when {{ regexp_like('_u', '^[1-7][0-9]{4}([.][0-9]+)?$') }}
        then replace(
            cast({{ at_epoch_second('cast(round((try_cast(_u as double) - 25569) * 86400, 0) as bigint)') }} as string),
            ' 00:00:00', ' '
        )
    when {{ regexp_like('_u', day_month) }} then {{ regexp_replace_all('_u', day_month, '\\3-\\2-\\1 ') }}
    when {{ regexp_like('_u', year_month) }} then {{ regexp_replace_all('_u', year_month, '\\1-\\2-\\3 ') }}
    when {{ regexp_like('_u', month_day) }} then {{ regexp_replace_all('_u', month_day, '\\3-\\1-\\2 ') }}
    when {{ regexp_like('_u', year_last) }} then {{ regexp_replace_all('_u', year_last, '\\4-\\1-\\2 \\3') }}
    when day_first is not null and {{ regexp_like('_u', slashed) }}
        then case
            when day_first then {{ regexp_replace_all('_u', slashed, '\\3-\\2-\\1 ') }}
            else {{ regexp_replace_all('_u', slashed, '\\3-\\1-\\2 ') }}
        end
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
    _t.year, '-', case when length(_t.month) = 3 then substr('{{ months }}', instr('{{ months }}', _t.month) + 3, 2) else _t.month end,
    '-', _t.day, ' ', coalesce(nullif(_t.hour, ''), '0'), ':', coalesce(nullif(_t.minute, ''), '0'), ':', coalesce(nullif(_t.second, ''), '0'), '.', _t.fraction
) as timestamp)
{%- endset -%}
{%- set east -%}
case
    when _t.east_hours <> '' and (_t.zone in ('UTC', 'GMT') or (_t.zone = '' and length(_t.east_hours) = 3))
        then 60 * try_cast(_t.east_hours as integer) + try_cast(left(_t.east_hours, 1) || '0' || _t.east_minutes as integer)
    when _t.east_hours = '' then case _t.zone
         when '' then case when utc and _t.hour <> '' then 0 end
        {%- for name, minutes in zone_abbreviations().items() %} when '{{ name }}' then {{ minutes }}{% endfor %}
    end
end
{%- endset -%}
{%- set told = struct_of({'wall': add_minutes(wall, later), 'zone': '_t.zone || _t.east_hours', 'east': east}) -%}

{#- 4. Where the data set is. -#}
{%- set elsewhere -%}
case
    when _z.wall = date_trunc('day', _z.wall) then _z.wall
    else {{ utc_to_local(zone_to_utc('_z.wall', 'local_zone'), 'time_zone') }}
end
{%- endset -%}
{%- set here -%}
case
    when _z.zone = '' and local_zone <> time_zone then {{ elsewhere }}
    when _z.east between -720 and 840 then {{ utc_to_local(add_minutes('_z.wall', '-_z.east'), 'time_zone') }}
    when _z.zone = '' then _z.wall
    when _z.zone = upper(time_zone) then case when {{ is_shown('_z.wall', 'time_zone') }} then _z.wall end
    when {{ regexp_like('_z.zone', '/') }} then {{ utc_to_local(zone_to_utc('_z.wall', "regexp_extract(_s, '[A-Za-z]+/[A-Za-z0-9/_+-]+$')"), 'time_zone') }}
end
{%- endset -%}
{%- set plain_time -%}
case
    when utc and instr(_s, ':') > 0 then {{ utc_to_local('try_cast(_s as timestamp)', 'time_zone') }}
    when local_zone <> time_zone and instr(_s, ':') > 0
        then {{ bind(struct_of({'wall': 'try_cast(_s as timestamp)'}), '_z', elsewhere) }}
    else try_cast(_s as timestamp)
end
{%- endset -%}
{%- set read -%}
case
    when {{ regexp_like('_s', plain) }} then {{ plain_time }}
    when _s is not null
        then {{ bind('upper(_s)', '_u', bind(day_in_front, '_r', bind(regexp_groups('_r', parts), '_t', bind(told, '_z', here)))) }}
end
{%- endset -%}
{{- bind(function('squeeze') ~ '(text)', '_s', read) -}}
