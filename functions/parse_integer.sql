{#- BIGINT; 3.0 is 3, 3.5 is null. -#}
{%- set body -%}
case
    when {{ regexp_like('_n', '^[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}(\\x27[0-9]{3})+|[0-9]+)([.]0*)?$') }}
        then try_cast({{ regexp_replace_all("regexp_extract(_n, '^([+-]?[0-9,\\x27]+)', 1)", '[,\\x27]', '') }} as bigint)
end
{%- endset -%}
{{- bind("replace(" ~ function('fold_width') ~ "(text), ' ', '')", '_n', body) -}}
