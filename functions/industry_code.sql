{#- GB/T 4754-2017: section letter or two-digit division from a code (C, 15, C15) or a label in either language;
    'unmapped' for any other text. Where both levels share a label (教育), the division. -#}
{%- set codes -%}
(
    select {{ map_of('_k.name', '_k.code') }}
    from (
        select lower(_n.name) as name, min(_n.code) as code
        from (
            select code, {{ each_element(list_of(['code', 'section || code', 'label_zh', 'label_en'])) }} as name
            from {{ ref('industries') }}
        ) as _n
        group by lower(_n.name)
    ) as _k
)
{%- endset -%}
{%- set text = 'lower(' ~ function('clean_text') ~ '(text))' -%}
coalesce({{ codes }}[{{ text }}], {{ bind(text, '_t', "case when _t is not null then 'unmapped' end") }})
