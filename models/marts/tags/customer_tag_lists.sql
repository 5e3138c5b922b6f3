-- grain: one customer with a tag, as of the latest date: its tags in one row, in the order of the families

with

catalog as (

    select
        tag_code,
        label_zh,
        label_en,
        row_number() over (order by family asc, tag_code asc) as tag_number
    from {{ ref('tag_catalog') }}

),

-- one list each: a customer's tags are then positions in it, and labels are looked up once per customer
words as (

    select
        {{ ordered_list('tag_code', 'tag_number') }} as tag_codes,
        {{ ordered_list('label_zh', 'tag_number') }} as labels_zh,
        {{ ordered_list('label_en', 'tag_number') }} as labels_en
    from catalog

),

held as (

    select
        tags.customer_id,
        tags.as_of_on,
        {{ sorted_list('catalog.tag_number') }} as tag_numbers,
        count(*) as tag_count
    from {{ ref('customer_tags') }} as tags
    inner join catalog
        on tags.tag_code = catalog.tag_code
    group by tags.customer_id, tags.as_of_on

),

final as (

    select
        cast(held.customer_id as string) as customer_id,
        {{ list_pick('words.tag_codes', 'held.tag_numbers') }} as tag_codes,
        cast({{ list_as_text(list_pick('words.labels_zh', 'held.tag_numbers')) }} as string) as labels_zh,
        cast({{ list_as_text(list_pick('words.labels_en', 'held.tag_numbers')) }} as string) as labels_en,
        cast(held.tag_count as bigint) as tag_count,
        cast(held.as_of_on as date) as as_of_on
    from held
    cross join words

)

select * from final
