{#- fold_width, then no blanks at the ends and single ones inside; empty text is null. -#}
{%- set body -%}
nullif(case when {{ regexp_like('_s', '^ | $|  ') }} then trim({{ regexp_replace_all('_s', ' +', ' ') }}) else _s end, '')
{%- endset -%}
{{- bind(function('fold_width') ~ '(text)', '_s', body) -}}
