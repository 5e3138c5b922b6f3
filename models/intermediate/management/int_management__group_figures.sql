-- grain: one figure (seed group_figures) and one customer group

-- Shares of what a group bought in the twelve months to the as-of date (goods of purchases, net of returns), and of who
-- bought. What is not known of a piece or a customer stands in neither part nor base.

with

as_of as (

    select as_of_on from {{ ref('int_value__as_of_dates') }}
    where is_latest

),

bought as (

    select
        sales.customer_group,
        sales.quantity,
        sales.net_amount,
        sales.margin_amount,
        cast(sales.unit_price as double) as price,
        cast(products.strength as double) as strength,
        case when channels.is_online then 1.0 when channels.is_online is not null then 0.0 end as online
    from {{ ref('int_products__sales') }} as sales
    inner join as_of
        on
            sales.ordered_on > {{ months_before('as_of.as_of_on', 12) }}
            and sales.ordered_on <= as_of.as_of_on
    inner join {{ ref('products') }} as products
        on sales.product_id = products.product_id
    left join {{ ref('sales_channels') }} as channels
        on sales.channel = channels.channel
    where
        sales.is_goods
        and sales.is_purchase
        and sales.customer_number is not null
        and sales.gross_amount > 0
        and sales.customer_group is not null

),

profiles as (

    select
        customer_id,
        cast(coalesce(birth_year, cast(extract(year from birth_date) as integer)) as double) as birth_year
    from {{ ref('int_customers__profiles') }}

),

states as (

    select
        customer_id,
        customer_group,
        extract(year from as_of_on) as as_of_year
    from {{ ref('int_value__customer_states') }}
    where
        is_latest
        and frequency_12m > 0
        and customer_group is not null

),

buyers as (

    select
        states.customer_group,
        profiles.birth_year,
        states.as_of_year - profiles.birth_year as age
    from states
    inner join profiles
        on states.customer_id = profiles.customer_id

),

told as (

    {% for side in ['price', 'strength', 'online'] -%}
    select
        customer_group,
        '{{ side }}' as told_by,
        {{ side }} as figure,
        cast(null as bigint) as customers,
        sum(quantity) as quantity,
        sum(net_amount) as revenue,
        sum(margin_amount) as margin,
        count(*) as base_count
    from bought
    where {{ side }} is not null
    group by customer_group, {{ side }}

    union all

    {% endfor -%}
    {%- for side in ['age', 'birth_year'] -%}
    select
        customer_group,
        '{{ side }}' as told_by,
        {{ side }} as figure,
        count(*) as customers,
        null as quantity,
        null as revenue,
        null as margin,
        count(*) as base_count
    from buyers
    where {{ side }} is not null
    group by customer_group, {{ side }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

measured as (

    select
        figures.metric,
        told.customer_group,
        told.base_count,
        cast(
            case figures.measured_in
                when 'customers' then told.customers
                when 'quantity' then told.quantity
                when 'revenue' then told.revenue
                when 'margin' then told.margin
            end as decimal(38, 4)
        ) as amount,
        coalesce(told.figure >= figures.value_from, true)
        and coalesce(told.figure < figures.value_below, true) as is_part
    from {{ ref('group_figures') }} as figures
    inner join told
        on figures.told_by = told.told_by

),

final as (

    select
        metric,
        customer_group,
        sum(base_count) as base_count,
        cast(sum(case when is_part then amount else 0 end) as double) / nullif(cast(sum(amount) as double), 0)
            as figure
    from measured
    group by metric, customer_group

)

select * from final
