{#- BIGINT; 3.0 is 3, 3.5 is null. -#}
{%- set body -%}
case
    when {{ regexp_like('_n', '^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.]0*)?$') }}
        then try_cast(replace(regexp_extract(_n, '^([+-]?[0-9,]+)', 1), ',', '') as bigint)
end
{%- endset -%}
{{- bind("replace(" ~ function('fold_width') ~ "(text), ' ', '')", '_n', body) -}}
