{#- The first address of the field in lower case, out of "Name <a@b.cn>", "mailto:" and trailing punctuation. -#}
{%- set text -%}
regexp_extract(lower(trim({{ function('fold_width') }}(text))), '^(?:.*<|mailto: *)?([^<>,;、|]*[^<>,;、|. ])', 1)
{%- endset -%}
{%- set mailbox = regexp_replace_all("split_part(_e.address, '@', 1)", '[._+/-]', '') -%}
{%- set body -%}
case
    when _e.address is null or _e.address = '' then '!missing'
    when contains(_e.address, '@')
        and {{ function('is_listed') }}(_e.mailboxes, {{ mailbox }})
        and not {{ function('is_listed') }}(_e.domains, split_part(_e.address, '@', 2))
        then '!placeholder_mailbox'
    when length(_e.address) > 254 or contains(_e.address, '..')
        or not {{ regexp_like(
            '_e.address',
            "^[a-z0-9_](?:[a-z0-9.!#$%&''*+/=?^_`{|}~-]{0,62}[a-z0-9_+-])?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?[.])+(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})$"
        ) }}
        then case when {{ function('is_listed') }}(_e.empty_texts, _e.address) then '!missing' else '!invalid_syntax' end
    when {{ function('is_listed') }}(_e.domains, split_part(_e.address, '@', 2))
        or {{ function('is_listed') }}(_e.domains, regexp_extract(_e.address, '[.][a-z]+$', 0))
        then '!placeholder_domain'
    else _e.address
end
{%- endset -%}
{%- set parts = struct_of({
    'address': text,
    'empty_texts': function('listed_terms') ~ "('empty_text')",
    'domains': function('listed_terms') ~ "('placeholder_email_domain')",
    'mailboxes': function('listed_terms') ~ "('placeholder_mailbox')",
}) -%}
{%- set answer = struct_of({
    'address': "case when left(_v, 1) <> '!' then _v end",
    'reason': "case when left(_v, 1) = '!' then substr(_v, 2) end",
}) -%}
{{- bind(bind(parts, '_e', body), '_v', answer) -}}
