-- grain: one tag in force and one quarter's end

-- The quarterly review: coverage, stability against the quarter before (population stability index of holding or not),
-- and lift: repurchase in the days to follow (policy) of holders ÷ that of the others whose feature is known, with its
-- 95% interval (logarithm of the ratio of two rates).

with

policy as (

    select * from {{ ref('tag_policy') }}

),

reviews as (

    select
        reviews.*,
        reviews.known_followed - reviews.holder_followed as other_followed,
        reviews.known_bought - reviews.holder_bought as other_bought,
        reviews.holder_count / cast(nullif(reviews.known_count, 0) as double) as coverage
    from {{ ref('int_tags__reviews') }} as reviews

),

shares as (

    -- a share of nothing has no logarithm
    select
        *,
        case when coverage is not null then least(greatest(coverage, 0.0001), 0.9999) end as share_now
    from reviews

),

compared as (

    select
        shares.*,
        lag(shares.share_now) over (
            partition by shares.tag_code order by shares.as_of_on asc nulls last
        ) as share_before
    from shares

),

measured as (

    select
        compared.*,
        (compared.share_now - compared.share_before) * ln(compared.share_now / compared.share_before)
        + (compared.share_before - compared.share_now) * ln((1 - compared.share_now) / (1 - compared.share_before))
            as stability_index,
        compared.holder_bought / cast(nullif(compared.holder_followed, 0) as double) as holder_rate,
        compared.other_bought / cast(nullif(compared.other_followed, 0) as double) as other_rate,
        case
            when compared.known_count < policy.minimum_base then 'not_measured'
            when compared.known_followed = 0 then 'not_followed'
            when
                compared.holder_followed < policy.minimum_base
                or compared.other_followed < policy.minimum_base
                or compared.holder_bought = 0
                or compared.other_bought = 0
                then 'low_base'
            else 'measured'
        end as lift_status,
        policy.minimum_base,
        policy.stability_to,
        policy.interval_z
    from compared
    cross join policy

),

lifted as (

    select
        measured.*,
        case when measured.lift_status = 'measured' then measured.holder_rate / measured.other_rate end as lift,
        case
            when measured.lift_status = 'measured'
                then sqrt(
                    1.0 / measured.holder_bought - 1.0 / measured.holder_followed
                    + 1.0 / measured.other_bought - 1.0 / measured.other_followed
                )
        end as log_lift_error
    from measured

),

tags as (

    select * from {{ ref('tag_catalog') }}

),

final as (

    select
        cast(lifted.tag_code as string) as tag_code,
        cast(lifted.as_of_on as date) as as_of_on,
        cast(lifted.tag_version as integer) as tag_version,
        cast(tags.family as string) as family,
        cast(tags.label_zh as string) as label_zh,
        cast(tags.label_en as string) as label_en,
        cast(
            case
                when lifted.stability_index is null or lifted.known_count < lifted.minimum_base then 'not_measured'
                when lifted.stability_index > lifted.stability_to then 'shifted'
                else 'stable'
            end as string
        ) as stability,
        cast(lifted.lift_status as string) as lift_status,
        cast(lifted.known_count as bigint) as known_count,
        cast(lifted.holder_count as bigint) as holder_count,
        cast(lifted.coverage as double) as coverage,
        cast(case when lifted.known_count >= lifted.minimum_base then lifted.stability_index end as double)
            as stability_index,
        cast(lifted.holder_followed as bigint) as holder_followed,
        cast(lifted.holder_bought as bigint) as holder_bought,
        cast(lifted.other_followed as bigint) as other_followed,
        cast(lifted.other_bought as bigint) as other_bought,
        cast(lifted.holder_rate as double) as holder_rate,
        cast(lifted.other_rate as double) as other_rate,
        cast(lifted.lift as double) as lift,
        cast(lifted.lift * exp(-lifted.interval_z * lifted.log_lift_error) as double) as lift_low,
        cast(lifted.lift * exp(lifted.interval_z * lifted.log_lift_error) as double) as lift_high
    from lifted
    inner join tags
        on lifted.tag_code = tags.tag_code

)

select * from final
