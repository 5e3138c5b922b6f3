{#- 'ouyang nana': reading of a clean name (name_clean) without tones (ü as v), each character by its most usual
    reading, surnames by their own (单 shan, 曾 zeng). Null unless the name is Chinese. -#}
{%- set parts = struct_of({
    'name': 'name',
    'spoken': look_up(han_list('pinyin', "''"), characters('name'), 19968),
    'first': list_at(han_list('surname_pinyin', "''"), code_point('name') ~ ' - 19967'),
}) -%}
{%- set body -%}
case {{ function('surname_length') }}(_p.name)
    when 0 then null
    when 1 then trim(_p.first || ' ' || {{ list_as_text(list_from('_p.spoken', 2), '') }})
    else trim(
        case left(_p.name, 2)
            when '尉迟' then 'yuchi' when '万俟' then 'moqi' when '澹台' then 'tantai' when '长孙' then 'zhangsun'
            else {{ list_as_text(list_until('_p.spoken', 2), '') }}
        end || ' ' || {{ list_as_text(list_from('_p.spoken', 3), '') }}
    )
end
{%- endset -%}
{{- bind(parts, '_p', body) -}}
