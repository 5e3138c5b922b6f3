{#- The value that a link rests on, as record `x` has it, masked; an ID number is a hash and shows nothing. -#}
{% macro masked_evidence(x) -%}
    case links.evidence_type
        when 'phone' then {{ mask_phone(x ~ '.phone') }}
        when 'email' then {{ mask_email(x ~ '.email') }}
        when 'unionid' then {{ mask_text(x ~ '.unionid') }}
        when 'member_no' then {{ mask_text(x ~ '.member_no') }}
        when 'credit_code' then {{ mask_text(x ~ '.credit_code') }}
        when 'name_phone_pattern' then {{ x }}.phone_pattern
        when 'phone_pattern_city' then {{ x }}.phone_pattern
        when 'home_address' then {{ mask_text(x ~ '.home_address') }}
        when 'name_birth' then cast({{ x }}.birth_year as varchar)
        when 'birth_city' then cast({{ x }}.birth_year as varchar) || ', ' || {{ x }}.city_code
        when 'birth_address' then cast({{ x }}.birth_year as varchar)
        when 'name_city' then {{ x }}.city_code
    end
{%- endmacro %}
