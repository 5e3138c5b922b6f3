{% macro email_verdict(x) %}
    {#- The first address of the field in lower case, out of "Name <a@b.cn>", "mailto:" and trailing punctuation. -#}
    {%- set text -%}
regexp_extract(lower(trim({{ fold_width(x) }})), '^(?:.*<|mailto: *)?([^<>,;、|]*[^<>,;、|. ])', 1)
    {%- endset -%}
    {%- set body -%}
case
    when _e.address is null or _e.address = '' then '!missing'
    when length(_e.address) > 254 or contains(_e.address, '..')
        or not {{ regexp_like(
            '_e.address',
            "^[a-z0-9_](?:[a-z0-9.!#$%&''*+/=?^_`{|}~-]{0,62}[a-z0-9_+-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?[.])+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})$"
        ) }}
        then case when _e.is_empty then '!missing' else '!invalid_syntax' end
    when _e.is_listed then '!placeholder_domain'
    else _e.address
end
    {%- endset -%}
    {%- set domains = standard_terms('placeholder_email_domain') -%}
    {%- set parts -%}
{
    'address': {{ text }},
    'is_empty': {{ list_has(standard_terms('empty_text'), text) }},
    'is_listed': {{ list_has(domains, "split_part(" ~ text ~ ", '@', 2)") }}
        or {{ list_has(domains, "regexp_extract(" ~ text ~ ", '[.][a-z]+$', 0)") }}
}
    {%- endset -%}
    {{- bind(parts, '_e', body) -}}
{% endmacro %}


{% macro email(x) %}
    {{- verdict_value(email_verdict(x)) -}}
{% endmacro %}


{% macro email_reason(x) %}
    {#- missing, invalid_syntax, placeholder_domain -#}
    {{- verdict_reason(email_verdict(x)) -}}
{% endmacro %}
