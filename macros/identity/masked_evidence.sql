{#- The value that a link rests on, as record `x` has it, masked; an ID number is a hash and shows nothing. -#}
{% macro masked_evidence(x) -%}
    case links.evidence_type
        when 'phone' then {{ function('mask_phone') }}({{ x }}.phone)
        when 'email' then {{ function('mask_email') }}({{ x }}.email)
        when 'unionid' then {{ function('mask_text') }}({{ x }}.unionid)
        when 'member_no' then {{ function('mask_text') }}({{ x }}.member_no)
        when 'credit_code' then {{ function('mask_text') }}({{ x }}.credit_code)
        when 'name_phone_pattern' then {{ x }}.phone_pattern
        when 'phone_pattern_city' then {{ x }}.phone_pattern
        when 'home_address' then {{ function('mask_text') }}({{ x }}.home_address)
        when 'name_birth' then cast({{ x }}.birth_year as string)
        when 'birth_city' then cast({{ x }}.birth_year as string) || ', ' || {{ x }}.city_code
        when 'birth_address' then cast({{ x }}.birth_year as string)
        when 'name_city' then {{ x }}.city_code
    end
{%- endmacro %}

{#-
  Pairs of records as people may see them: keys, customers, the two values that were compared and the two names, masked.
  `links` has the keys of both records and what led to the pair; `also` is a further column of it.
-#}
{% macro masked_pairs(links, also) -%}
    select
        links.record_key_a,
        links.record_key_b,
        cast(a.record_id as string) as record_id_a,
        cast(b.record_id as string) as record_id_b,
        cast(ids_a.customer_id as string) as customer_id_a,
        cast(ids_b.customer_id as string) as customer_id_b,
        cast(a.source_system as string) as source_system_a,
        cast(b.source_system as string) as source_system_b,
        cast(links.rule_code as string) as rule_code,
        {{ also }},
        cast(links.evidence_type as string) as evidence_type,
        cast({{ masked_evidence('a') }} as string) as value_a_masked,
        cast({{ masked_evidence('b') }} as string) as value_b_masked,
        cast({{ function('mask_name') }}(a.name) as string) as name_a_masked,
        cast({{ function('mask_name') }}(b.name) as string) as name_b_masked,
        cast(links.name_agreement as string) as name_agreement,
        cast(links.match_probability as double) as match_probability
    from {{ links }} as links
    inner join {{ ref('int_identity__records') }} as a
        on links.record_key_a = a.record_key
    inner join {{ ref('int_identity__records') }} as b
        on links.record_key_b = b.record_key
    inner join {{ ref('int_customers__ids') }} as ids_a
        on links.record_key_a = ids_a.record_key
    inner join {{ ref('int_customers__ids') }} as ids_b
        on links.record_key_b = ids_b.record_key
{%- endmacro %}
