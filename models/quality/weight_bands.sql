-- grain: one kind of pair and one band of weights

-- What weights expect of a band, and what stewards answered about pairs drawn from it by chance. The interval of a
-- share is that of Wilson (1927); with fewer answers than policy asks for the expected share stands.

with

policy as (

    select * from {{ ref('identity_sample') }}

),

kinds as (

    select
        'linked' as pair_kind,
        linked_share as share_of_draw
    from policy

    union all

    select
        'open' as pair_kind,
        1.0 - linked_share as share_of_draw
    from policy

),

counted as (

    select
        pair_kind,
        band,
        count(*) as pair_count,
        {{ exact_mean('match_probability') }} as expected_share
    from {{ ref('banded_pairs') }}
    group by pair_kind, band

),

answers as (

    select
        drawn_as,
        count(case when decision <> 'undecided' then 1 end) as answer_count,
        count(case when decision = 'must_link' then 1 end) as yes_count,
        count(case when decision = 'undecided' then 1 end) as undecided_count
    from {{ ref('int_identity__decisions') }}
    where drawn_as is not null
    group by drawn_as

),

bands as (

    select
        kinds.pair_kind,
        bands.band_order,
        bands.band,
        bands.is_drawn,
        policy.least_per_band,
        policy.interval_z,
        policy.interval_z * policy.interval_z as z_squared,
        coalesce(counted.pair_count, 0) as pair_count,
        counted.expected_share,
        coalesce(answers.answer_count, 0) as answer_count,
        coalesce(answers.yes_count, 0) as yes_count,
        coalesce(answers.undecided_count, 0) as undecided_count,
        -- the more open a band is and the more pairs it has, the more of them are drawn (Neyman 1934)
        case
            when bands.is_drawn
                then counted.pair_count * sqrt(counted.expected_share * (1.0 - counted.expected_share))
        end as draw_size,
        policy.drawn_pairs * kinds.share_of_draw as draw_total,
        policy.minimum_answers * kinds.share_of_draw as minimum_answers
    from {{ ref('identity_weight_bands') }} as bands
    cross join kinds
    cross join policy
    left join counted
        on
            kinds.pair_kind = counted.pair_kind
            and bands.band = counted.band
    left join answers
        on kinds.pair_kind || ' ' || bands.band = answers.drawn_as

),

sized as (

    select
        *,
        {{ exact_sum('draw_size', over='over (partition by pair_kind)') }} as whole_size,
        count(draw_size) over (partition by pair_kind) as band_count,
        answer_count >= least_per_band as is_measured,
        sum(answer_count) over (partition by pair_kind) >= minimum_answers as is_enough,
        cast(yes_count as double) / nullif(answer_count, 0) as share_by_answers
    from bands

),

final as (

    select
        cast(pair_kind as string) as pair_kind,
        cast(band_order as integer) as band_order,
        cast(band as string) as band,
        cast(pair_count as bigint) as pair_count,
        cast(expected_share as double) as expected_share,
        cast(
            case
                when draw_size > 0
                    then least(
                        pair_count,
                        least_per_band
                        + round(greatest(draw_total - band_count * least_per_band, 0) * draw_size / whole_size)
                    )
                else 0
            end as bigint
        ) as draw_count,
        cast(answer_count as bigint) as answer_count,
        cast(yes_count as bigint) as yes_count,
        cast(undecided_count as bigint) as undecided_count,
        cast(is_enough as boolean) as is_enough,
        cast(case when is_measured then share_by_answers end as double) as answered_share,
        cast(
            case
                when is_measured
                    then (
                        share_by_answers + z_squared / (2 * answer_count)
                        - interval_z * sqrt(
                            share_by_answers * (1 - share_by_answers) / answer_count
                            + z_squared / (4 * answer_count * answer_count)
                        )
                    ) / (1 + z_squared / answer_count)
            end as double
        ) as lower_share,
        cast(
            case
                when is_measured
                    then (
                        share_by_answers + z_squared / (2 * answer_count)
                        + interval_z * sqrt(
                            share_by_answers * (1 - share_by_answers) / answer_count
                            + z_squared / (4 * answer_count * answer_count)
                        )
                    ) / (1 + z_squared / answer_count)
            end as double
        ) as upper_share
    from sized

)

select * from final
