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
    when {{ regexp_like('_s', '^[0-9][.][0-9]{6,}e[+]?1[0-4]$') }} then cast(try_cast(try_cast(_s as double) as bigint) as string)
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
{{- regexp_replace_all(bind(bind('text', '_s', number), '_t', split), '[ ()._~-]', '') -}}
