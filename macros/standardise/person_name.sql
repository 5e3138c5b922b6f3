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


{% macro name_core(split) %}
    {#- Letters only, in lower case: Latin without accents, dots and hyphens. -#}
    {%- set core -%}
case
    when {{ regexp_like('_c', '^[\\x{3007}\\x{3400}-\\x{9FFF}]*$') }} then _c
    else trim({{ regexp_replace_all(
        regexp_replace_all(
            "case when " ~ regexp_like('_c', '[\\x{00C0}-\\x{024F}]') ~ " then " ~ strip_accents('lower(_c)') ~ " else lower(_c) end",
            "[.'']", ''
        ),
        '[^a-z·\\x{3007}\\x{3040}-\\x{30FF}\\x{3400}-\\x{9FFF}\\x{AC00}-\\x{D7AF}\\x{0400}-\\x{04FF}\\x{20000}-\\x{323AF}]+', ' '
    ) }}, ' ·')
end
    {%- endset -%}
    {{- bind("split_part(" ~ split ~ ", '␟', 1)", '_c', core) -}}
{% endmacro %}


{% macro name_parts(x) %}
    {#- Name, form of address and note, divided by ␟, each possibly empty. -#}
    {%- set split = name_split(han_simplify(clean_text(x))) -%}
    {%- set core = name_core(split) -%}
    {%- set note -%}
trim({{ regexp_replace_all("substr(" ~ split ~ ", length(split_part(" ~ split ~ ", '␟', 1)) + 1)", '[ ␟]+', ' ') }}, ' -,;:/|')
    {%- endset -%}
    {%- set titles = standard_terms('honorific') -%}
    {%- set parts -%}
{
    'core': {{ core }},
    'note': {{ note }},
    'is_title': {{ list_has(titles, core) }},
    'is_nobody': {{ list_has(standard_terms('placeholder_name'), core) }},
    'title_4': {{ list_has(titles, 'right(' ~ core ~ ', 4)') }},
    'title_3': {{ list_has(titles, 'right(' ~ core ~ ', 3)') }},
    'title_2': {{ list_has(titles, 'right(' ~ core ~ ', 2)') }},
    'title_1': {{ list_has(titles, 'right(' ~ core ~ ', 1)') }},
    'familiar': {{ list_has(standard_terms('honorific_after_surname'), 'right(' ~ core ~ ', 1)') }},
    'title_first': {{ list_has(titles, "split_part(" ~ core ~ ", ' ', 1)") }},
    'title_noted': {{ list_has(titles, "split_part(lower(" ~ note ~ "), ' ', 1)") }}
}
    {%- endset -%}
    {%- set split_off -%}
{
    'core': _p.core,
    'note': _p.note,
    'is_nobody': _p.is_nobody,
    'ahead': case when _p.title_first and not _p.is_title and contains(_p.core, ' ') then length(split_part(_p.core, ' ', 1)) + 1 else 0 end,
    'behind': case
        when _p.is_title then length(_p.core)
        when length(_p.core) < 2 or _p.is_nobody then 0
        when _p.title_4 and length(_p.core) > 4 then 4
        when _p.title_3 and length(_p.core) > 3 then 3
        when _p.title_2 and length(_p.core) > 2 then 2
        when _p.title_1 then 1
        when _p.familiar and {{ regexp_like('_p.core', '^(.|' ~ compound_surnames() ~ ').$') }} then 1
        else 0
    end,
    'noted': _p.title_noted
}
    {%- endset -%}
    {%- set assembled -%}
case
    when _q.is_nobody then '␟' || '␟' || _q.note
    when _q.noted and _q.behind + _q.ahead = 0
        then _q.core || '␟' || split_part(_q.note, ' ', 1) || '␟' || trim(substr(_q.note, length(split_part(_q.note, ' ', 1)) + 1))
    when _q.behind + _q.ahead > 0
        then {{ bind("substr(_q.core, 1 + _q.ahead, length(_q.core) - _q.ahead - _q.behind)", '_n',
            "case when " ~ regexp_like('_n', '^[老小阿大][' ~ single_surnames() ~ ']$') ~ " then substr(_n, 2) else trim(_n) end") }}
            || '␟' || trim(left(_q.core, _q.ahead)) || right(_q.core, _q.behind) || '␟' || _q.note
    when {{ regexp_like('_q.core', '^[老小阿][' ~ single_surnames() ~ ']$') }}
        then substr(_q.core, 2) || '␟' || left(_q.core, 1) || '␟' || _q.note
    else _q.core || '␟' || '␟' || _q.note
end
    {%- endset -%}
    {{- bind(bind(parts, '_p', split_off), '_q', assembled) -}}
{% endmacro %}


{% macro name_clean(x) %}
    {#- Simplified, lower case, without form of address and note; null for names that say nobody (匿名, 微信用户). With _a
        form of address alone (王总) it is the surname: name_given is null then. -#}
    {{- bind(name_parts(x), '_n', "nullif(split_part(_n, '␟', 1), '')") -}}
{% endmacro %}


{% macro name_honorific(x) %}
    {{- bind(name_parts(x), '_n', "nullif(split_part(_n, '␟', 2), '')") -}}
{% endmacro %}


{% macro name_note(x) %}
    {{- bind(name_parts(x), '_n', "nullif(split_part(_n, '␟', 3), '')") -}}
{% endmacro %}


{% macro name_script(x) %}
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
    {{- bind(name_clean(x), '_n', body) -}}
{% endmacro %}


{% macro surname_length(_n) -%}
case
    when not {{ regexp_like(_n, '^[\\x{3007}\\x{3400}-\\x{9FFF}\\x{20000}-\\x{323AF}]{1,4}$') }} then 0
    when {{ regexp_like(_n, '^(?:' ~ compound_surnames() ~ ')') }} then 2
    else 1
end
{%- endmacro %}


{% macro name_surname(x) %}
    {#- Of a Chinese name of up to four characters, else null. -#}
    {{- bind(name_clean(x), '_n', "nullif(left(_n, " ~ surname_length('_n') ~ "), '')") -}}
{% endmacro %}


{% macro name_given(x) %}
    {#- Null when only the surname is known. -#}
    {{- bind(name_clean(x), '_n', "case when " ~ surname_length('_n') ~ " > 0 then nullif(substr(_n, 1 + " ~ surname_length('_n') ~ "), '') end") -}}
{% endmacro %}


{% macro name_pinyin(x) %}
    {#- 'ouyang nana': reading of surname and given name without tones (ü as v), each character by its most usual
        reading, surnames by their own (单 shan, 曾 zeng). Null unless the name is Chinese. -#}
    {%- set name = name_clean(x) -%}
    {%- set readings = look_up(han_list('pinyin', "''"), characters(name), 19968) -%}
    {%- set parts -%}
{'name': {{ name }}, 'spoken': {{ readings }}, 'first': ({{ han_list('surname_pinyin', "''") }})[unicode({{ name }}) - 19967]}
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
