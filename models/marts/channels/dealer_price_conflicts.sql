-- grain: one dealer, product and province with sales in the months of the policy

-- What a piece cost there after discounts, beside what the other dealers took for the same product in the same
-- province: who undercuts where, on what. Sales outside of the province that the dealer is in are cross-region.

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('channel_policy') }}

),

homes as (

    select
        dealer_code,
        min(province_code) as province_code
    from {{ ref('input__dealers') }}
    where province_code <> 'unmapped'
    group by dealer_code
    having min(province_code) = max(province_code)

),

sold as (

    select
        orders.dealer_code,
        orders.province_code,
        items.product_id,
        count(*) as line_count,
        sum(items.quantity) as quantity,
        sum(items.gross_amount) as gross_amount
    from {{ ref('order_items') }} as items
    inner join {{ ref('orders') }} as orders
        on items.order_id = orders.order_id
    inner join {{ ref('products') }} as products
        on
            items.product_id = products.product_id
            and products.is_goods
    inner join {{ ref('sales_channels') }} as channels
        on
            orders.channel = channels.channel
            and channels.pricing = 'dealer'
    cross join as_of
    cross join policy
    where
        orders.is_sale
        and orders.dealer_code is not null
        and orders.province_code is not null
        and items.line_kind = 'sale'
        and items.quantity > 0
        and items.gross_amount > 0
        and items.ordered_on <= as_of.as_of_on
        and items.ordered_on > {{ months_before('as_of.as_of_on', 'policy.conflict_months') }}
    group by orders.dealer_code, orders.province_code, items.product_id

),

around as (

    select
        *,
        count(*) over (partition by province_code, product_id) - 1 as other_dealer_count,
        sum(line_count) over (partition by province_code, product_id) - line_count as other_line_count,
        sum(quantity) over (partition by province_code, product_id) - quantity as other_quantity,
        sum(gross_amount) over (partition by province_code, product_id) - gross_amount as other_amount
    from sold

),

priced as (

    select
        *,
        cast(gross_amount as double) / cast(quantity as double) as unit_price,
        cast(other_amount as double) / nullif(cast(other_quantity as double), 0) as other_unit_price
    from around

),

judged as (

    select
        priced.*,
        case
            when priced.other_dealer_count = 0 then 'no_other_dealer'
            when
                priced.line_count < policy.conflict_minimum_lines
                or priced.other_line_count < policy.conflict_minimum_lines
                then 'low_base'
            else 'compared'
        end as status,
        priced.unit_price / priced.other_unit_price - 1 as price_gap,
        policy.undercut_limit,
        policy.reference_conflict_share
    from priced
    cross join policy

),

final as (

    select
        cast(judged.dealer_code as string) as dealer_code,
        cast(judged.province_code as string) as province_code,
        cast(judged.product_id as string) as product_id,
        cast(coalesce(provinces.label_zh, {{ unknown_label('zh') }}) as string) as province_zh,
        cast(coalesce(provinces.label_en, {{ unknown_label('en') }}) as string) as province_en,
        cast(homes.province_code as string) as dealer_province_code,
        cast(homes.province_code <> judged.province_code as boolean) as is_cross_region,
        cast(judged.status as string) as status,
        cast(
            case when judged.status = 'compared' then round(judged.price_gap, 9) <= -judged.undercut_limit end
            as boolean
        ) as is_undercutting,
        cast(judged.line_count as bigint) as line_count,
        cast(judged.quantity as decimal(18, 3)) as quantity,
        cast(judged.gross_amount as decimal(18, 2)) as gross_amount,
        cast(judged.unit_price as decimal(18, 2)) as unit_price,
        cast(judged.other_dealer_count as bigint) as other_dealer_count,
        cast(judged.other_line_count as bigint) as other_line_count,
        cast(judged.other_unit_price as decimal(18, 2)) as other_unit_price,
        cast(case when judged.status = 'compared' then judged.price_gap end as double) as price_gap,
        cast(judged.reference_conflict_share as double) as reference_conflict_share,
        cast(as_of.as_of_on as date) as as_of_on
    from judged
    cross join as_of
    left join homes
        on judged.dealer_code = homes.dealer_code
    left join {{ ref('administrative_divisions') }} as provinces
        on judged.province_code = provinces.code

)

select * from final
