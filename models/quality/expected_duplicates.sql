-- grain: one customer that may be an earlier one and what the pairs that say so lack

-- A customer is surplus once, however many say so: unless it is none of the customers before it, each pair taken for
-- itself. The probability is divided among what the pairs lack. Once stewards have answered enough pairs drawn by
-- chance, probabilities are those of the weights times what the answers of their band make of them.

with

corrections as (

    select
        edges.from_bits,
        edges.to_bits,
        case
            when bands.is_enough and bands.expected_share > 0
                then coalesce(bands.answered_share / bands.expected_share, 1.0)
            else 1.0
        end as correction
    from {{ ref('weight_bands') }} as bands
    inner join {{ ref('identity_weight_bands') }} as edges
        on bands.band = edges.band
    where bands.pair_kind = 'open'

),

corrected as (

    select
        pairs.*,
        case
            when pairs.evidence <> 'weights' then 1.0 - 1e-12
            else least(pairs.match_probability * corrections.correction, 1.0 - 1e-6)
        end as probability
    from {{ ref('duplicate_customers') }} as pairs
    inner join corrections
        on {{ in_weight_band('pairs.match_probability', 'corrections') }}

),

ranked as (

    select
        *,
        -ln(1.0 - probability) as surprise,
        row_number() over (
            partition by other_customer_id, lacks
            order by probability desc, first_customer_id asc
        ) as place
    from corrected

),

summed as (

    select
        customer_kind,
        other_customer_id as customer_id,
        lacks,
        max(case when place = 1 then first_customer_id end) as earlier_customer_id,
        {{ exact_sum('surprise') }} as surprise
    from ranked
    group by customer_kind, other_customer_id, lacks

),

shared as (

    select
        *,
        {{ exact_sum('surprise', over='over (partition by customer_id)') }} as whole_surprise
    from summed

),

final as (

    select
        cast(customer_kind as string) as customer_kind,
        cast(customer_id as string) as customer_id,
        cast(lacks as string) as lacks,
        cast(earlier_customer_id as string) as earlier_customer_id,
        {{ exact_number('surprise / whole_surprise * (1.0 - exp(-whole_surprise))', decimals=12) }}
            as duplicate_probability
    from shared
    where whole_surprise > 0

)

select * from final
