{#- male, female or null; the digits are those of GB/T 2261.1 and of WeChat. -#}
{%- set body -%}
case
    when _g in ('男', '男性', '男士', '先生', 'm', 'male', 'man', 'mr', 'mr.', '1', '1.0') then 'male'
    when _g in ('女', '女性', '女士', '小姐', '太太', 'f', 'female', 'woman', 'ms', 'ms.', 'mrs', 'mrs.', 'miss', '2', '2.0') then 'female'
end
{%- endset -%}
{{- bind('lower(' ~ function('squeeze') ~ '(text))', '_g', body) -}}
