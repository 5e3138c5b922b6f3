-- grain: one cluster: what sets it apart, in words

-- The features in which its centroid lies far enough from the mean of all (policy), the farthest first.

with

fits as (

    select * from {{ ref('int_insight__cluster_fits') }}
    where is_chosen

),

worded as (

    select
        'c' || cast(fits.cluster_number as string) as cluster_code,
        abs(fits.centroid) >= policy.profile_deviations as is_telling,
        case when fits.centroid > 0 then features.high_zh else features.low_zh end as word_zh,
        case when fits.centroid > 0 then features.high_en else features.low_en end as word_en,
        row_number() over (
            partition by fits.cluster_number order by abs(fits.centroid) desc nulls last, features.feature_rank asc
        ) as word_rank
    from fits
    cross join {{ ref('cluster_policy') }} as policy
    inner join {{ ref('cluster_features') }} as features
        on fits.feature = features.feature
    where fits.centroid is not null

),

joined as (

    select
        cluster_code,
        {{ joined_texts('case when is_telling then word_zh end', '、', 'word_rank') }} as profile_zh,
        {{ joined_texts('case when is_telling then word_en end', ', ', 'word_rank') }} as profile_en
    from worded
    group by cluster_code

),

final as (

    select
        cluster_code,
        coalesce(profile_zh, '接近平均') as profile_zh,
        coalesce(profile_en, 'near the average') as profile_en
    from joined

)

select * from final
