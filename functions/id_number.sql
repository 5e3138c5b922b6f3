{#- Chinese ID number, GB 11643-1999: 6 digits region, 8 birth date, 3 sequence (odd: male), 1 check character by
    ISO 7064 mod 11-2. The old 15-digit form gets the century 19 and its check character, so that both forms of one
    number are one value. Never select this: models keep id_number_hash(). -#}
{%- set weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] -%}
{%- set terms = [] -%}
{%- for weight in weights -%}
    {%- do terms.append('cast(substr(_b, ' ~ loop.index ~ ', 1) as integer) * ' ~ weight) -%}
{%- endfor -%}
{%- set checked -%}
case
    when try_cast(substr(_b, 7, 4) || '-' || substr(_b, 11, 2) || '-' || substr(_b, 13, 2) as date) is null
        or substr(_b, 7, 4) < '1900'
        or substr(_b, 7, 8) > _i.as_of
        then '!invalid_date'
    else {{ bind("substr('10X98765432', 1 + (" ~ terms | join(' + ') ~ ") % 11, 1)", '_k', "case when substr(_b, 18) in ('', _k) then substr(_b, 1, 17) || _k else '!invalid_check_digit' end") }}
end
{%- endset -%}
{%- set body -%}
case
    when _i.code is null or _i.code = '' or {{ function('is_listed') }}(_i.empty_texts, lower(_i.code)) then '!missing'
    when {{ regexp_like('_i.code', '^[0-9]{1,14}[*X]{2,}[0-9X]*$') }} then '!masked'
    when not {{ regexp_like('_i.code', '^[0-9]*X?$') }} then '!invalid_characters'
    when {{ regexp_like('_i.code', '^[1-9][0-9]{16}[0-9X]$') }} then {{ bind('_i.code', '_b', checked) }}
    when {{ regexp_like('_i.code', '^[1-9][0-9]{14}$') }}
        then {{ bind("substr(_i.code, 1, 6) || '19' || substr(_i.code, 7)", '_b', checked) }}
    else '!invalid_length'
end
{%- endset -%}
{%- set parts = struct_of({
    'code': function('identifier_text') ~ '(text)',
    'empty_texts': function('listed_terms') ~ "('empty_text')",
    'as_of': "replace(cast(cast(as_of as date) as string), '-', '')",
}) -%}
{%- set birth_date = "cast(substr(_v, 7, 4) || '-' || substr(_v, 11, 2) || '-' || substr(_v, 13, 2) as date)" -%}
{%- set sex = "case when cast(substr(_v, 17, 1) as integer) % 2 = 1 then 'male' else 'female' end" -%}
{%- set answer = struct_of({
    'hash': function('keyed_hash') ~ "(case when left(_v, 1) <> '!' then _v end)",
    'reason': "case when left(_v, 1) = '!' then substr(_v, 2) end",
    'birth_date': "case when left(_v, 1) <> '!' then " ~ birth_date ~ " end",
    'sex': "case when left(_v, 1) <> '!' then " ~ sex ~ " end",
}) -%}
{{- bind(bind(parts, '_i', body), '_v', answer) -}}
