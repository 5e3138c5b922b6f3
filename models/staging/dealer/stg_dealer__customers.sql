-- grain: one customer as a dealer writes them down

with

lines as (

    select * from {{ ref('stg_dealer__order_items') }}
    where source_customer_id is not null

),

ranked as (

    select
        *,
        min(sold_at) over (partition by source_customer_id) as first_seen_at,
        max(sold_at) over (partition by source_customer_id) as last_seen_at,
        row_number() over (
            partition by source_customer_id
            order by
                case when address is null then 1 else 0 end asc,
                sold_at desc,
                landed_at desc,
                load_id asc,
                source_sheet asc nulls first,
                source_row asc
        ) as line_rank
    from lines

),

final as (

    -- name and telephone are the same on all lines; the latest address stands
    select
        source_customer_id,
        name,
        name_honorific,
        name_note,
        name_reason,
        name_script,
        company_name,
        company_branch,
        phone,
        phone_reason,
        phone_partial,
        province_code,
        city_code,
        district,
        region_status,
        address,
        first_seen_at,
        last_seen_at,
        landed_on
    from ranked
    where line_rank = 1

)

select * from final
