-- grain: one comparison of two customer records that weights join or leave open

-- The waterfall of a pair: what each comparison adds to or takes from its weight, the prior and what a household
-- explains.

{% set comparisons = identity_comparisons() %}

with

pairs as (

    select scores.*
    from {{ ref('int_identity__scores') }} as scores
    inner join {{ ref('int_identity__weighed_pairs') }} as weighed
        on
            scores.record_key_a = weighed.record_key_a
            and scores.record_key_b = weighed.record_key_b

),

steps as (

    select
        record_key_a,
        record_key_b,
        'prior' as comparison,
        'any_pair' as level,
        prior_weight as weight
    from pairs

    union all

    {% for name in comparisons -%}
    select
        record_key_a,
        record_key_b,
        '{{ name }}' as comparison,
        {{ name }}_level as level,
        {{ name }}_weight as weight
    from pairs
    where {{ name }}_level is not null

    union all

    {% endfor -%}

    select
        record_key_a,
        record_key_b,
        'household' as comparison,
        'explained' as level,
        family_weight as weight
    from pairs

),

final as (

    select
        steps.record_key_a,
        steps.record_key_b,
        steps.comparison,
        steps.level,
        steps.weight,
        levels.label_zh,
        levels.label_en
    from steps
    inner join {{ ref('identity_levels') }} as levels
        on
            steps.comparison = levels.comparison
            and steps.level = levels.level

)

select * from final
