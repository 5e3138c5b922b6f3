-- grain: one article code as a source system writes it on order lines or keeps it in its master

-- A till writes barcodes, a shop its own code, a dealer the maker's article number: a code is looked
-- up in its own system's master first, then in the others' masters by number, then by barcode. A
-- code that no master knows is an article of its own, flagged as unmapped.

with

masters as (

    select * from {{ ref('input__products') }}

),

codes as (

    select
        source_system,
        source_product_id
    from {{ ref('input__order_items') }}
    where source_product_id is not null

    union

    select
        source_system,
        source_product_id
    from masters

),

master_codes as (

    select
        source_system as master_system,
        source_product_id as master_product_id,
        source_product_id as code,
        1 as code_rank
    from masters

    union all

    select
        source_system as master_system,
        source_product_id as master_product_id,
        barcode as code,
        2 as code_rank
    from masters
    where barcode is not null

),

matched as (

    select
        codes.source_system,
        codes.source_product_id,
        master_codes.master_system,
        master_codes.master_product_id,
        row_number() over (
            partition by codes.source_system, codes.source_product_id
            order by
                case when codes.source_system = master_codes.master_system then 0 else 1 end asc,
                master_codes.code_rank asc nulls last,
                master_codes.master_system asc nulls last,
                master_codes.master_product_id asc nulls last
        ) as match_rank
    from codes
    left join master_codes
        on codes.source_product_id = master_codes.code

),

final as (

    select
        source_system,
        source_product_id,
        master_system is not null as is_mapped,
        {{ product_key(
            'coalesce(master_system, source_system)',
            'coalesce(master_product_id, source_product_id)'
        ) }} as product_id
    from matched
    where match_rank = 1

)

select * from final
