{#- A number that all guests share belongs to nobody: a word for walk-in customers or a name of nobody, nothing but
    zeros, a mask that shows at most four characters (t***8, 张*伟), a mail address or a telephone number that people type
    when there is none. -#}
{%- set han = '[\\x{3400}-\\x{9FFF}]' -%}
{%- set masks = '^[^*•●]{0,2}[*•●]{2,}[^*•●]{0,2}$|^' ~ han ~ '{0,2}[*•●]+' ~ han ~ '{0,2}$' -%}
{%- set reason -%}
case
    when _p.text is null then 'missing'
    when {{ function('is_listed') }}(_p.customers, {{ regexp_replace_all('lower(_p.text)', '[.]0+$', '') }})
        or {{ function('is_listed') }}(_p.nobody, lower(_p.text))
        or {{ regexp_like('_p.text', '^[0.-]+$|' ~ masks) }}
        then 'placeholder'
    when _p.mail_reason in ('placeholder_mailbox', 'placeholder_domain')
        or {{ function('is_listed') }}(_p.phones, _p.text)
        then 'placeholder'
end
{%- endset -%}
{%- set parts = struct_of({
    'text': function('clean_text') ~ '(text)',
    'customers': function('listed_terms') ~ "('placeholder_customer')",
    'nobody': function('listed_terms') ~ "('placeholder_name')",
    'phones': function('listed_terms') ~ "('placeholder_phone')",
    'mail_reason': "case when contains(text, '@') then " ~ function('email') ~ "(text).reason end",
}) -%}
{%- set answer = struct_of({'number': 'case when _v is null then _p.text end', 'reason': '_v'}) -%}
{{- bind(parts, '_p', bind(reason, '_v', answer)) -}}
