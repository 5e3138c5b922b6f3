{#- The first number of a folded lower-case text: digits with an optional +, mask characters as *, an extension
    behind 'e'. Labels, notes and separators go, a stroke behind an area among them; whatever else is left makes the number
    invalid later. -#}
{%- set labels = 'tel|telephone|telefon|telefono|telefone|phone|mobile|mobil|mob|handy|cell|cel|fax|home|work|office|whatsapp|no|ph|t|m|p' -%}
{%- set steps = [
    ('^([0-9]{5,})[.]0+$', '\\1'),
    ('[x•●×]{2,}', '****'),
    ('\\([^()]*[^0-9+*() -][^()]*\\)?', ''),
    ('[;, ]*(?:ext|extn|extension|转|轉|分机|分機|durchwahl|poste|anexo|interno|доб|#)[.:= -]{0,2}([0-9]{1,6})[^0-9]*$', 'e\\1'),
    ('([0-9]) ?x ?([0-9]{1,6})$', '\\1e\\2'),
    ('[\\x{2E80}-\\x{9FFF}]+', '/'),
    ('^[/,;|:. -]+', ''),
    ('^(?:(?:' ~ labels ~ ')[.: ]*)+([0-9+(*])', '\\1'),
    ('^([^/0-9]*(?:[0-9][^/0-9]*){2,6})/ *([0-9])', '\\1 \\2'),
    ('[/,;|].*$|[:. ]+$', ''),
] -%}
{%- set worded = namespace(sql='_s') -%}
{%- for pattern, replacement in steps -%}
    {%- set worded.sql = regexp_replace_all(worded.sql, pattern, replacement) -%}
{%- endfor -%}
{%- set number -%}
case
    when {{ regexp_like('_s', '^[0-9 ()+-]*$') }} then _s
    when {{ regexp_like('_s', '^[0-9][.][0-9]{6,}e[+]?(?:0?[89]|1[0-4])$') }} then cast(try_cast(try_cast(_s as double) as bigint) as string)
    else {{ worded.sql }}
end
{%- endset -%}
{#- Two numbers side by side: the first. A short group behind a full number is an extension, but the last four digits of a
    mobile grouped by seven and four. Nobody groups digits as in 1 (415) 555-1000 but North America. -#}
{%- set split -%}
case
    when {{ regexp_like('_t', '^1[ .(-]+[2-9][0-9]{2}[ .)-]+[2-9][0-9]{2}[ .-]+[0-9]{4}(?:e|$)') }} then '+' || _t
    when not contains(_t, ' ') and not contains(_t, '-') then _t
    when {{ regexp_like('_t', '^\\(?(?:(?:[+]|00)?86)?\\)?[ -]*0?1[3-9][0-9]{5}[ -]+[0-9]{4}$') }} then _t
    when {{ regexp_like('_t', '[0-9]{7}[ -]+[0-9]{1,6}$') }} and not {{ regexp_like('_t', '^[+]?[0-9]{1,3}[ -]') }}
        or {{ regexp_like('_t', '^([+]?[0-9]{1,4}[ -]+)?\\(?0[0-9]{2,3}\\)?[ -]*[0-9]{7,8}[ -]+[0-9]{1,6}$') }}
        then {{ regexp_replace_all('_t', '[ -]+([0-9]{1,6})$', 'e\\1') }}
    else {{ regexp_replace_all('_t', '([0-9]{9,11}) +[+]?[0-9]{9,13}$', '\\1') }}
end
{%- endset -%}
{{- regexp_replace_all(bind(bind('text', '_s', number), '_t', split), '[ ()._~-]', '') -}}
