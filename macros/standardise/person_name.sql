{% macro compound_surnames() -%}
欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|左丘|东门|西门|第五|纳兰
{%- endmacro %}


{% macro single_surnames() -%}
{#- The surnames behind 老 小 阿: nearly everyone's, few enough to leave 小燕 or 阿美 a given name. -#}
王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎闫薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严武戚莫孔向汤温康施文牛樊葛邢安齐庞伍倪鲁管柴梅庄辛
{%- endmacro %}


{% macro name_split(x) %}
    {#- Name and note, divided by ␟. A note stands in brackets, behind a divider or behind the name's first word;
        a blank inside a Chinese name is no divider. -#}
    {%- set han = '\\x{3007}\\x{3400}-\\x{9FFF}' -%}
    {%- set open, close = '([{<〔【《「『', ')\\]}>〕】》」』' -%}
    {%- set divider = '/|,;:、_~+*#=' -%}
    {%- set bracket = '^ *([^' ~ open ~ ']*)[' ~ open ~ ']([^' ~ close ~ ']*)[' ~ close ~ ']?(.*)$' -%}
    {%- set outside_brackets -%}
case
    when not {{ regexp_like('_t', '[' ~ open ~ ']') }} then _t || '␟'
    when {{ regexp_like('_t', '^ *[' ~ open ~ ']') }} then {{ regexp_replace_all('_t', bracket, '\\3' ~ '␟' ~ '\\2') }}
    else {{ regexp_replace_all('_t', bracket, '\\1' ~ '␟' ~ '\\2 \\3') }}
end
    {%- endset -%}
    {%- set latin -%}
{{ regexp_replace_all(
    regexp_replace_all("split_part(_b, '␟', 1)", "^([^,]+), *([^,]+)$", '\\2 \\1'),
    '^([^/|;:_~+*#=0-9]*[^/|;:_~+*#=0-9 -])[ -]*(?: - |[/|;:_~+*#=0-9])(.*)$', '\\1' ~ '␟' ~ '\\2'
) }}
    {%- endset -%}
    {#- The first stretch with Chinese characters is the name, what stands before and behind it the note. -#}
    {%- set chinese -%}
{{ regexp_replace_all(
    regexp_replace_all(
        regexp_replace_all(
            "split_part(_b, '␟', 1)",
            '^([^' ~ han ~ ']*[-' ~ divider ~ '0-9])?([^' ~ divider ~ '-]*?[' ~ han ~ '·a-zA-Z])((?:[-' ~ divider ~ '0-9].*)?)$',
            '\\2' ~ '␟' ~ '\\1 \\3'
        ),
        '^([' ~ han ~ ']|' ~ compound_surnames() ~ ') +([' ~ han ~ ']{1,2})( |␟|$)', '\\1\\2\\3'
    ),
    '^([' ~ han ~ ']{2,4}) +([^␟]*)', '\\1' ~ '␟' ~ '\\2 '
) }}
    {%- endset -%}
    {%- set named -%}
case
    when {{ regexp_like('_b', '^[^␟]*[' ~ han ~ ']') }} then {{ chinese }}
    else {{ latin }}
end || ' ' || split_part(_b, '␟', 2)
    {%- endset -%}
    {%- set body -%}
case when {{ regexp_like('_t', '^[' ~ han ~ ']{1,4}$') }} then _t else {{ bind(outside_brackets, '_b', named) }} end
    {%- endset -%}
    {{- bind(x, '_t', body) -}}
{% endmacro %}


{% macro name_letters(name) -%}
{#- Letters only, in lower case: Latin without accents, dots and hyphens. -#}
case
    when {{ regexp_like(name, '^[\\x{3007}\\x{3400}-\\x{9FFF}]*$') }} then {{ name }}
    else trim({{ regexp_replace_all(
        regexp_replace_all(
            "case when " ~ regexp_like(name, '[\\x{00C0}-\\x{024F}]') ~ " then " ~ strip_accents('lower(' ~ name ~ ')')
                ~ " else lower(" ~ name ~ ") end",
            "[.'']", ''
        ),
        '[^a-z·\\x{3007}\\x{3040}-\\x{30FF}\\x{3400}-\\x{9FFF}\\x{AC00}-\\x{D7AF}\\x{0400}-\\x{04FF}\\x{20000}-\\x{323AF}]+', ' '
    ) }}, ' ·')
end
{%- endmacro %}


{% macro name_parts(x) %}
    {#- Name, form of address and note, divided by ␟, each possibly empty. -#}
    {%- set split -%}
{
    'name': {{ bind("split_part(_p.split, '␟', 1)", '_c', name_letters('_c')) }},
    'note': case
        when contains(_p.split, '␟')
            then trim({{ regexp_replace_all("substr(_p.split, length(split_part(_p.split, '␟', 1)) + 1)", '[ ␟]+', ' ') }}, ' -,;:/|')
        else ''
    end
}
    {%- endset -%}
    {#- How many characters at either end are a form of address; the longest wins. -#}
    {%- set measured -%}
{
    'name': _q.name,
    'note': _q.note,
    'is_nobody': {{ is_listed('_p.nobody', '_q.name') }},
    'is_title_noted': _q.note <> '' and {{ is_listed('_p.titles', "split_part(lower(_q.note), ' ', 1)") }},
    'ahead': case
        when contains(_q.name, ' ') and {{ is_listed('_p.titles', "split_part(_q.name, ' ', 1)") }}
            then length(split_part(_q.name, ' ', 1)) + 1
        else 0
    end,
    'behind': case
        when {{ is_listed('_p.familiar', 'right(_q.name, 1)') }}
            and {{ regexp_like('_q.name', '^(?:.|' ~ compound_surnames() ~ ').$') }}
            then 1
        when not contains(_p.titles.ends, right(_q.name, 1)) then 0
        when {{ is_listed('_p.titles', '_q.name') }} then length(_q.name)
        {%- for size in (4, 3, 2, 1) %}
        when length(_q.name) > {{ size }} and {{ is_listed('_p.titles', 'right(_q.name, ' ~ size ~ ')') }} then {{ size }}
        {%- endfor %}
        else 0
    end
}
    {%- endset -%}
    {%- set assembled -%}
case
    when _r.name is null then null
    when _r.is_nobody then '␟␟' || _r.note
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
    {%- set parts -%}
{
    'split': {{ name_split(han_simplify(clean_text(x))) }},
    'titles': {{ standard_terms('honorific') }},
    'familiar': {{ standard_terms('honorific_after_surname') }},
    'nobody': {{ standard_terms('placeholder_name') }}
}
    {%- endset -%}
    {#- Most names end in a character that no form of address ends in: they are done at once. -#}
    {%- set answer -%}
case
    when _q.note = '' and {{ regexp_like('_q.name', '^[\\x{3400}-\\x{9FFF}]{2,4}$') }}
        and not contains('老小阿', left(_q.name, 1))
        and not contains(_p.titles.ends, right(_q.name, 1))
        and not contains(_p.familiar.ends, right(_q.name, 1))
        and not contains(_p.nobody.ends, right(_q.name, 1))
        then _q.name || '␟␟'
    else {{ bind(measured, '_r', assembled) }}
end
    {%- endset -%}
    {{- bind(parts, '_p', bind(split, '_q', answer)) -}}
{% endmacro %}


{% macro name_clean(x, parsed=false) %}
    {#- Simplified, lower case, without form of address and note; null for names that say nobody (匿名, 微信用户). With _a
        form of address alone (王总) it is the surname: name_given is null then. -#}
    {{- bind(x if parsed else name_parts(x), '_n', "nullif(split_part(_n, '␟', 1), '')") -}}
{% endmacro %}


{% macro name_honorific(x, parsed=false) %}
    {{- bind(x if parsed else name_parts(x), '_n', "nullif(split_part(_n, '␟', 2), '')") -}}
{% endmacro %}


{% macro name_note(x, parsed=false) %}
    {{- bind(x if parsed else name_parts(x), '_n', "nullif(split_part(_n, '␟', 3), '')") -}}
{% endmacro %}


{% macro name_script(x, parsed=false) %}
    {#- han, latin, mixed, other -#}
    {%- set body -%}
case
    when _n is null then null
    when {{ regexp_like('_n', '^[ ·\\x{3007}\\x{3400}-\\x{9FFF}\\x{20000}-\\x{323AF}]+$') }} then 'han'
    when {{ regexp_like('_n', '^[ a-z]+$') }} then 'latin'
    when {{ regexp_like('_n', '[a-z]') }} and {{ regexp_like('_n', '[\\x{3400}-\\x{9FFF}]') }} then 'mixed'
    else 'other'
end
    {%- endset -%}
    {{- bind(name_clean(x, parsed), '_n', body) -}}
{% endmacro %}


{% macro surname_length(_n) -%}
case
    when not {{ regexp_like(_n, '^[\\x{3007}\\x{3400}-\\x{9FFF}\\x{20000}-\\x{323AF}]{1,4}$') }} then 0
    when {{ regexp_like(_n, '^(?:' ~ compound_surnames() ~ ')') }} then 2
    else 1
end
{%- endmacro %}


{% macro name_surname(x, parsed=false) %}
    {#- Of a Chinese name of up to four characters, else null. -#}
    {{- bind(name_clean(x, parsed), '_n', "nullif(left(_n, " ~ surname_length('_n') ~ "), '')") -}}
{% endmacro %}


{% macro name_given(x, parsed=false) %}
    {#- Null when only the surname is known. -#}
    {{- bind(name_clean(x, parsed), '_n', "case when " ~ surname_length('_n') ~ " > 0 then nullif(substr(_n, 1 + " ~ surname_length('_n') ~ "), '') end") -}}
{% endmacro %}


{% macro name_pinyin(name) %}
    {#- 'ouyang nana': reading of a clean name (name_clean) without tones (ü as v), each character by its most usual
        reading, surnames by their own (单 shan, 曾 zeng). Null unless the name is Chinese. -#}
    {%- set parts -%}
{
    'name': {{ name }},
    'spoken': {{ look_up(han_list('pinyin', "''"), characters(name), 19968) }},
    'first': {{ han_list('surname_pinyin', "''") }}[unicode({{ name }}) - 19967]
}
    {%- endset -%}
    {%- set body -%}
case {{ surname_length('_p.name') }}
    when 0 then null
    when 1 then trim(_p.first || ' ' || array_to_string(_p.spoken[2:], ''))
    else trim(
        case left(_p.name, 2)
            when '尉迟' then 'yuchi' when '万俟' then 'moqi' when '澹台' then 'tantai' when '长孙' then 'zhangsun'
            else array_to_string(_p.spoken[:2], '')
        end || ' ' || array_to_string(_p.spoken[3:], '')
    )
end
    {%- endset -%}
    {{- bind(parts, '_p', body) -}}
{% endmacro %}
