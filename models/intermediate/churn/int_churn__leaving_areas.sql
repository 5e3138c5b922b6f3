-- grain: one judged date and one method: how well it ranks who had left, among customers who had not lapsed

-- Both methods rank the same customers: those with a P(left). Labels are shares: a pair counts as the chance that the
-- first had left and the second had not; equal scores count half. Calibration over ten equal bins.

with

labels as (

    select * from {{ ref('int_churn__left_labels') }}
    where
        left_share is not null
        and p_left is not null

),

scored as (

    select
        as_of_on,
        'recency' as subject,
        cast(recency_days as double) as score,
        cast(null as double) as probability,
        left_share
    from labels

    union all

    select
        as_of_on,
        'p_left' as subject,
        p_left as score,
        p_left as probability,
        left_share
    from labels

),

ranked as (

    select
        as_of_on,
        subject,
        probability,
        left_share,
        least(floor(probability * 10), 9) as bin,
        {{ exact_sum('1 - left_share', 'over (partition by as_of_on, subject order by score asc)') }} as stayed_up_to,
        {{ exact_sum('1 - left_share', 'over (partition by as_of_on, subject, score)') }} as stayed_beside
    from scored

),

bins as (

    select
        as_of_on,
        subject,
        bin,
        count(*) as customer_count,
        {{ exact_sum('left_share') }} as left_count,
        {{ exact_sum('probability') }} as probability_sum,
        -- without the pair that a customer makes with itself
        {{ exact_sum('left_share * (stayed_up_to - stayed_beside / 2 - (1 - left_share) / 2)') }} as pairs_won,
        {{ exact_sum('left_share * (1 - left_share)') }} as own_pairs
    from ranked
    group by as_of_on, subject, bin

),

final as (

    select
        as_of_on,
        subject,
        sum(customer_count) as customer_count,
        {{ exact_sum('left_count') }} as left_count,
        {{ exact_sum('pairs_won') }} as pairs_won,
        {{ exact_sum('left_count') }} * (sum(customer_count) - {{ exact_sum('left_count') }})
        - {{ exact_sum('own_pairs') }} as pair_count,
        {{ exact_sum('abs(probability_sum - left_count)') }} / sum(customer_count) as calibration_error,
        {{ exact_sum('probability_sum') }} / sum(customer_count) as mean_probability
    from bins
    group by as_of_on, subject

)

select * from final
