-- grain: one customer with a tag, as of the latest date: its tags in one row

with

tags as (

    select
        customer_tags.customer_id,
        customer_tags.as_of_on,
        catalog.tag_code,
        catalog.label_zh,
        catalog.label_en
    from {{ ref('customer_tags') }} as customer_tags
    inner join {{ ref('tag_catalog') }} as catalog
        on customer_tags.tag_code = catalog.tag_code

),

final as (

    select
        cast(customer_id as varchar) as customer_id,
        cast({{ sorted_list('tag_code') }} as varchar[]) as tag_codes,
        cast({{ list_as_text(sorted_list('label_zh')) }} as varchar) as labels_zh,
        cast({{ list_as_text(sorted_list('label_en')) }} as varchar) as labels_en,
        cast(count(*) as bigint) as tag_count,
        cast(as_of_on as date) as as_of_on
    from tags
    group by customer_id, as_of_on

)

select * from final
