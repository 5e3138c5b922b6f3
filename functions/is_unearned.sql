{#- As the mart `products` tells it: the number in product_charges, else the category, else the name without its figures. -#}
{%- set words_of_name = function('plain_words') ~ '(' ~ regexp_replace_all('name', '[0-9][0-9.,]*( *(元|CNY|USD|EUR|GBP))?', ' ') ~ ')' -%}
coalesce(
    (
        select bool_or(not s.is_revenue)
        from {{ ref('revenue_policy') }} as s
        where s.product_kind in (
            select c.product_kind
            from {{ ref('product_charges') }} as c
            where c.source_system = name_of_system and c.source_product_id = number
        )
    ),
    {%- for words in [function('plain_words') ~ '(category)', words_of_name] %}
    (
        select bool_or(not s.is_revenue)
        from {{ ref('revenue_policy') }} as s
        where s.word = {{ words }}
    ),
    {%- endfor %}
    false
)
