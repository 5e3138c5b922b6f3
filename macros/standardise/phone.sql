{% macro phone_digits(text) %}
    {#- The first number of a folded lower-case text: digits with an optional +, mask characters as *, an extension
        behind 'e'. Labels, notes and separators go; whatever else is left makes the number invalid later. -#}
    {%- set steps = [
        ('^([0-9]{5,})[.]0+$', '\\1'),
        ('[x•●×]{2,}', '****'),
        ('\\([^()]*[^0-9+*() -][^()]*\\)?', ''),
        ('(?:ext|extn|extension|转|轉|分机|分機|#)[.: -]{0,2}([0-9]{1,6})[^0-9]*$', 'e\\1'),
        ('[\\x{2E80}-\\x{9FFF}]+', '/'),
        ('^[/,;|:. -]+', ''),
        ('^(?:tel|telephone|phone|mobile|mob|cell|fax|no|t|m|p)[.: ]*([0-9+(*])', '\\1'),
        ('[/,;|].*$|[:. ]+$', ''),
    ] -%}
    {%- set worded = namespace(sql='_s') -%}
    {%- for pattern, replacement in steps -%}
        {%- set worded.sql = regexp_replace_all(worded.sql, pattern, replacement) -%}
    {%- endfor -%}
    {%- set number -%}
case
    when {{ regexp_like('_s', '^[0-9 ()+-]*$') }} then _s
    when {{ regexp_like('_s', '^[0-9][.][0-9]{6,}e[+]?1[0-4]$') }} then cast(try_cast(try_cast(_s as double) as bigint) as varchar)
    else {{ worded.sql }}
end
    {%- endset -%}
    {#- Two mobile numbers side by side: the first. A short group behind a full number is an extension. -#}
    {%- set split -%}
case
    when not contains(_t, ' ') and not contains(_t, '-') then _t
    when {{ regexp_like('_t', '[0-9]{7}[ -]+[0-9]{1,6}$') }} and not {{ regexp_like('_t', '^[+]?[0-9]{1,3}[ -]') }}
        or {{ regexp_like('_t', '^([+]?[0-9]{1,4}[ -]+)?\\(?0[0-9]{2,3}\\)?[ -]*[0-9]{7,8}[ -]+[0-9]{1,6}$') }}
        then {{ regexp_replace_all('_t', '[ -]+([0-9]{1,6})$', 'e\\1') }}
    else {{ regexp_replace_all('_t', '([0-9]{11}) +[+]?[0-9]{11,13}$', '\\1') }}
end
    {%- endset -%}
    {{- regexp_replace_all(bind(bind(text, '_s', number), '_t', split), '[ ()._~-]', '') -}}
{% endmacro %}


{% macro phone_verdict(x) %}
    {#- E.164, with ;ext= where the field has an extension, or '!reason'; a masked number keeps what it shows behind
        '!masked:'. Region CN: mobiles 1[3-9] + 9 digits, landlines with area code, 400 and 800 numbers. -#}
    {%- set country = '(?:(?:[+]|00)?86)' -%}
    {%- set national -%}
(?:{{ country }}?0?(1[3-9][0-9]{9})|(?:{{ country }}0?|0)((?:10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[0-9]{7,8})|{{ country }}?([48]00[0-9]{7}))
    {%- endset -%}
    {%- set national = '^' ~ national ~ '(?:e[0-9]+)?$' -%}
    {%- set runs = [] -%}
    {%- for i in range(10) %}{% do runs.append((i | string) * 8) %}{% endfor -%}
    {%- set runs = (runs + ['01234567', '12345678', '23456789', '98765432', '87654321', '76543210']) | join('|') -%}
    {%- set judged -%}
case
    when _d in ('', '0') then '!missing'
    when contains(_d, '*')
        then '!masked:' || regexp_extract(_d, '^{{ country }}?([0-9]*)[*]', 1) || '****'
            || regexp_extract(_d, '[*]([0-9]*)(?:e[0-9]+)?$', 1)
    when not {{ regexp_like('_d', '^[+]?[0-9]+(e[0-9]+)?$') }} then '!invalid_characters'
    when {{ is_listed('_p.placeholders', "right(split_part(_d, 'e', 1), 11)") }} or {{ regexp_like('_d', runs) }} then '!placeholder'
    when {{ regexp_like('_d', national) }}
        then '+86' || {{ regexp_replace_all('_d', national, '\\1\\2\\3') }}
    when {{ regexp_like('_d', '^([+]|00)[1-9][0-9]{6,14}(e[0-9]+)?$') }}
        and not {{ regexp_like('_d', '^([+]|00)86') }}
        then '+' || regexp_extract(_d, '^(?:[+]|00)([1-9][0-9]*)', 1)
    when {{ regexp_like('_d', '^' ~ country ~ '?[0-9]{11}(e[0-9]+)?$') }} then '!invalid_prefix'
    else '!invalid_length'
end || case when contains(_d, 'e') and {{ regexp_like('_d', '^[+0-9]+e') }} then ';ext=' || split_part(_d, 'e', 2) else '' end
    {%- endset -%}
    {%- set body -%}
case
    when _p.text is null or {{ is_listed('_p.empty_texts', '_p.text') }} then '!missing'
    else {{ bind(phone_digits('_p.text'), '_d', judged) }}
end
    {%- endset -%}
    {%- set parts -%}
{
    'text': lower(trim({{ fold_width(x) }})),
    'empty_texts': {{ standard_terms('empty_text') }},
    'placeholders': {{ standard_terms('placeholder_phone') }}
}
    {%- endset -%}
    {{- bind(parts, '_p', body) -}}
{% endmacro %}


{% macro phone(x, parsed=false) %}
    {{- bind(x if parsed else phone_verdict(x), '_v', "case when starts_with(_v, '+') then split_part(_v, ';', 1) end") -}}
{% endmacro %}


{% macro phone_reason(x, parsed=false) %}
    {{- bind(x if parsed else phone_verdict(x), '_v', "case when starts_with(_v, '!') then regexp_extract(_v, '^!([a-z_]+)', 1) end") -}}
{% endmacro %}


{% macro phone_type(x, parsed=false) %}
    {#- mobile, landline, service (400 and 800 numbers: shared by whole companies) or international. -#}
    {%- set body -%}
case
    when not starts_with(_v, '+') then null
    when not starts_with(_v, '+86') then 'international'
    when {{ regexp_like('_v', '^[+]861[3-9][0-9]{9}(;|$)') }} then 'mobile'
    when {{ regexp_like('_v', '^[+]86[48]00[0-9]{7}(;|$)') }} then 'service'
    else 'landline'
end
    {%- endset -%}
    {{- bind(x if parsed else phone_verdict(x), '_v', body) -}}
{% endmacro %}


{% macro phone_extension(x, parsed=false) %}
    {#- A mobile with an extension is a marketplace's privacy number, shared by many customers. -#}
    {{- bind(x if parsed else phone_verdict(x), '_v', "case when starts_with(_v, '+') then nullif(split_part(_v, ';ext=', 2), '') end") -}}
{% endmacro %}


{% macro phone_partial(x, parsed=false) %}
    {#- What a masked number shows, as 138****1234; null with fewer than four digits. -#}
    {%- set body -%}
case when starts_with(_v, '!masked:') and length(_v) >= 16 then split_part(substr(_v, 9), ';', 1) end
    {%- endset -%}
    {{- bind(x if parsed else phone_verdict(x), '_v', body) -}}
{% endmacro %}


{% macro phone_partial_prefix(x, parsed=false) %}
    {{- bind(phone_partial(x, parsed), '_m', "nullif(split_part(_m, '****', 1), '')") -}}
{% endmacro %}


{% macro phone_partial_suffix(x, parsed=false) %}
    {{- bind(phone_partial(x, parsed), '_m', "nullif(split_part(_m, '****', 2), '')") -}}
{% endmacro %}
