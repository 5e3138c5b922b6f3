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
    when {{ function('is_listed') }}(_p.placeholders, right(split_part(_d, 'e', 1), 11)) or {{ regexp_like('_d', runs) }} then '!placeholder'
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
    when _p.text is null or {{ function('is_listed') }}(_p.empty_texts, _p.text) then '!missing'
    else {{ bind(function('phone_digits') ~ '(_p.text)', '_d', judged) }}
end
{%- endset -%}
{%- set parts = struct_of({
    'text': 'lower(trim(' ~ function('fold_width') ~ '(text)))',
    'empty_texts': function('listed_terms') ~ "('empty_text')",
    'placeholders': function('listed_terms') ~ "('placeholder_phone')",
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
