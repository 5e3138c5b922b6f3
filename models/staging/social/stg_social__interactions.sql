-- grain: one social interaction

with

interactions as (

    {{ accepted(ref('base_social__interactions')) }}

),

final as (

    select
        *,
        'social' as family,
        -- the contract takes words as well as scores
        cast(sentiment_score as varchar) as sentiment
    from interactions

)

select * from final
