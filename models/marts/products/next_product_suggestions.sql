-- grain: one customer and one article suggested to them, as of the latest date

with

policy as (

    select * from {{ ref('suggestion_policy') }}

),

suggested as (

    select
        suggestions.*,
        case when policy.is_repeat_suggested then suggestions.any_rank else suggestions.new_rank end as suggestion_rank
    from {{ ref('int_products__suggestions') }} as suggestions
    inner join {{ ref('int_calendar__as_of') }} as as_of
        on suggestions.as_of_on = as_of.as_of_on
    cross join policy

),

products as (

    select
        product_id,
        product_name
    from {{ ref('products') }}

),

final as (

    select
        cast(profiles.customer_id as string) as customer_id,
        cast(suggested.suggestion_rank as integer) as suggestion_rank,
        cast(suggested.product_id as string) as product_id,
        cast(products.product_name as string) as product_name,
        cast(suggested.score as double) as score,
        suggested.is_bought as is_repeat,
        cast(bands.price_band as string) as price_band,
        cast(case when suggested.because_product_id is null then 'popular' else 'habit' end as string) as reason,
        cast(suggested.because_product_id as string) as because_product_id,
        cast(
            case
                when suggested.because_product_id is null then '近期最受欢迎'
                else '买过“' || coalesce(because.product_name, suggested.because_product_id) || '”的客户随后常买'
            end as string
        ) as reason_zh,
        cast(
            case
                when suggested.because_product_id is null then 'Popular with all customers of late'
                else
                    'Often bought next by those who had '
                    || coalesce(because.product_name, suggested.because_product_id)
            end as string
        ) as reason_en,
        cast(suggested.as_of_on as date) as as_of_on
    from suggested
    cross join policy
    inner join {{ ref('int_customers__profiles') }} as profiles
        on suggested.customer_number = {{ hashed_number('profiles.customer_id') }}
    left join products
        on suggested.product_id = products.product_id
    left join products as because
        on suggested.because_product_id = because.product_id
    left join {{ ref('int_products__article_bands') }} as bands
        on
            suggested.as_of_on = bands.as_of_on
            and suggested.product_id = bands.product_id
    where suggested.suggestion_rank <= policy.suggestion_count

)

select * from final
