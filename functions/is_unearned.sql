{#- As the mart `products` tells it: the number in product_charges, else the category, else the name without its figures. -#}
{%- set kinds_of_no_revenue -%}
(select '␟' || string_agg(s.product_kind, '␟') || '␟' from {{ ref('revenue_policy') }} as s where not s.is_revenue)
{%- endset -%}
{%- set kind_of_number -%}
(
    select max(s.product_kind)
    from {{ ref('product_charges') }} as s
    where s.source_system = name_of_system and s.source_product_id = number
)
{%- endset -%}
coalesce(
    contains({{ kinds_of_no_revenue }}, '␟' || {{ kind_of_number }} || '␟'),
    {%- for words in [function('plain_words') ~ '(category)', article_words('name')] %}
    (
        select bool_or(not s.is_revenue)
        from {{ ref('revenue_policy') }} as s
        where s.word = {{ words }}
    ),
    {%- endfor %}
    false
)
