{#- A word of currency_words first: RMB looks like a code. Of several currencies of one word the data set's own
    stands. -#}
{%- set code = "case when " ~ regexp_like('_c', '^[A-Z]{3}$') ~ " then _c end" -%}
coalesce(
    (
        select max(w.currency_code)
        from {{ ref('currency_words') }} as w
        where w.word = lower({{ function('squeeze') }}(text)) and w.currency_code = currency
    ),
    (
        select case when min(w.currency_code) = max(w.currency_code) then max(w.currency_code) end
        from {{ ref('currency_words') }} as w
        where w.word = lower({{ function('squeeze') }}(text))
    ),
    {{ bind("upper(" ~ function('squeeze') ~ "(text))", '_c', code) }}
)
