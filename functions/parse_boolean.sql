{%- set body -%}
case
    when _b in ('是', 'y', 'yes', '1', '1.0', 'true', 't', 'on', '有', '对', '√', '✓', '✔', '已', '启用', '真') then true
    when _b in ('否', 'n', 'no', '0', '0.0', 'false', 'f', 'off', '无', '没有', '不是', '错', '×', '✗', '✘', '未', '停用', '假') then false
end
{%- endset -%}
{{- bind('lower(' ~ function('squeeze') ~ '(text))', '_b', body) -}}
