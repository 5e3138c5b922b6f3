-- grain: one customer who has bought, as of the latest date or an origin of the back-test: the aroma bought most

with

lines as (

    select
        customer_id,
        coalesce(aroma, 'other') as aroma,
        ordered_on,
        sum(gross_amount) as gross_amount
    from {{ ref('int_value__line_margins') }}
    where gross_amount > 0
    group by customer_id, coalesce(aroma, 'other'), ordered_on

),

bought as (

    select
        lines.customer_id,
        dates.as_of_on,
        lines.aroma,
        sum(lines.gross_amount) as gross_amount
    from lines
    inner join {{ ref('int_value__model_dates') }} as dates
        on lines.ordered_on <= dates.as_of_on
    group by lines.customer_id, dates.as_of_on, lines.aroma

),

ranked as (

    select
        customer_id,
        as_of_on,
        aroma,
        row_number() over (
            partition by customer_id, as_of_on
            order by case when aroma = 'other' then 1 else 0 end asc, gross_amount desc nulls last, aroma asc
        ) as aroma_rank
    from bought

),

final as (

    select
        customer_id,
        as_of_on,
        aroma
    from ranked
    where aroma_rank = 1

)

select * from final
