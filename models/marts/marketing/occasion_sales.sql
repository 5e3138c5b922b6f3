-- grain: one month and one occasion of buying

-- Occasions that no order states (family, friends, collecting without a purpose) have no rows: such orders are own use.

with

monthly as (

    select
        cast(date_trunc('month', ordered_on) as date) as month_start_on,
        occasion,
        count(*) as order_count,
        count(distinct customer_number) as customer_count,
        sum(net_amount) as revenue,
        sum(margin_amount) as margin_amount
    from {{ ref('int_marketing__order_occasions') }}
    group by date_trunc('month', ordered_on), occasion

),

final as (

    select
        cast(monthly.month_start_on as date) as month_start_on,
        cast(monthly.occasion as string) as occasion,
        cast(occasions.label_zh as string) as occasion_zh,
        cast(occasions.label_en as string) as occasion_en,
        cast(occasions.customer_group as string) as customer_group,
        cast(monthly.order_count as bigint) as order_count,
        cast(monthly.customer_count as bigint) as customer_count,
        cast(monthly.revenue as decimal(18, 2)) as revenue,
        cast(monthly.margin_amount as decimal(18, 2)) as margin_amount,
        cast(monthly.revenue / monthly.order_count as decimal(18, 2)) as order_value,
        cast(
            cast(monthly.revenue as double) / nullif(sum(monthly.revenue) over (
                partition by monthly.month_start_on, occasions.customer_group
            ), 0) as double
        ) as share_of_group,
        cast(
            cast(monthly.revenue as double)
            / nullif(sum(monthly.revenue) over (partition by monthly.month_start_on), 0) as double
        ) as revenue_share
    from monthly
    inner join {{ ref('occasions') }} as occasions
        on monthly.occasion = occasions.occasion

)

select * from final
