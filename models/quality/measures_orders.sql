-- grain: one measure of the order documents of one source

with

documents as (

    select
        source_system,
        count(*) as document_count,
        count(case when not is_sale then 1 end) as excluded_count,
        count(case when status = 'unknown_status' then 1 end) as unknown_count
    from {{ ref('int_orders__judged') }}
    group by source_system

),

counted as (

    select
        source_system,
        count(case when document_kind = 'sale' then 1 end) as sale_count,
        count(case when is_refund_amount_unknown then 1 end) as unknown_refund_count,
        sum(abs(unearned_amount)) as unearned_amount,
        sum(abs(unearned_amount) + abs(gross_amount + return_amount)) as amount
    from {{ ref('orders') }}
    where is_sale
    group by source_system

),

final as (

    select
        'orders_excluded' as measure,
        source_system,
        'orders' as entity,
        cast(excluded_count as decimal(18, 2)) as numerator,
        cast(document_count as decimal(18, 2)) as denominator
    from documents

    union all

    select
        'unknown_status' as measure,
        source_system,
        'orders' as entity,
        cast(unknown_count as decimal(18, 2)) as numerator,
        cast(document_count as decimal(18, 2)) as denominator
    from documents

    union all

    select
        'unknown_refund' as measure,
        source_system,
        'orders' as entity,
        cast(unknown_refund_count as decimal(18, 2)) as numerator,
        cast(sale_count as decimal(18, 2)) as denominator
    from counted

    union all

    select
        'unearned_share' as measure,
        source_system,
        'orders' as entity,
        cast(unearned_amount as decimal(18, 2)) as numerator,
        cast(amount as decimal(18, 2)) as denominator
    from counted

)

select * from final
