-- grain: one tag of the catalogue, in force or not, with its coverage and whether it is sound

-- Coverage is of the customers whose feature is known; a composite is answered for everybody. Two tags agree on a
-- customer if both hold or neither does, among drawn customers known to both; only pairs that share a good part of
-- their holders are compared, since two rare tags agree on all who have neither.

with

policy as (

    select * from {{ ref('tag_policy') }}

),

tags as (

    select
        *,
        coalesce(feature, 'composite') as basis
    from {{ ref('tag_catalog') }}

),

all_features as (

    select * from {{ ref('customer_features') }}

),

known_counts as (

    select
        feature,
        known_count
    from (
        select
            {%- for feature in customer_features() %}
            count({{ feature.name }}) as {{ feature.name }},
            {%- endfor %}
            count(*) as composite
        from all_features
    ) as counted
    unpivot (
        known_count for feature in ({{ customer_features() | map(attribute='name') | join(', ') }}, composite)
    ) as turned

),

holder_counts as (

    select
        tag_code,
        count(*) as holder_count
    from {{ ref('customer_tags') }}
    group by tag_code

),

in_force as (

    select tag_code from {{ ref('int_tags__rules') }}

    union

    select tag_code from {{ ref('int_tags__members') }}

),

drawn as (

    select customer_id
    from {{ ref('int_features__subjects') }}
    where
        is_latest
        and is_drawn

),

features as (

    select all_features.*
    from all_features
    inner join drawn
        on all_features.customer_id = drawn.customer_id

),

{{ feature_value_ctes('features') }},

known as (

    select
        customer_id,
        feature as basis
    from number_values

    union all

    select
        customer_id,
        feature as basis
    from text_values

    union all

    select
        customer_id,
        'composite' as basis
    from features

),

holders as (

    select
        customer_tags.customer_id,
        customer_tags.tag_code,
        tags.basis
    from {{ ref('customer_tags') }} as customer_tags
    inner join drawn
        on customer_tags.customer_id = drawn.customer_id
    inner join tags
        on customer_tags.tag_code = tags.tag_code

),

drawn_counts as (

    select
        tag_code,
        basis,
        count(*) as holder_count
    from holders
    group by tag_code, basis

),

both_hold as (

    select
        a.tag_code as tag_a,
        b.tag_code as tag_b,
        count(*) as both_count
    from holders as a
    inner join holders as b
        on
            a.customer_id = b.customer_id
            and a.tag_code < b.tag_code
    group by a.tag_code, b.tag_code

),

pairs as (

    select
        both_hold.tag_a,
        both_hold.tag_b,
        a.basis as basis_a,
        b.basis as basis_b,
        both_hold.both_count,
        both_hold.both_count / cast(a.holder_count + b.holder_count - both_hold.both_count as double) as overlap
    from both_hold
    inner join drawn_counts as a
        on both_hold.tag_a = a.tag_code
    inner join drawn_counts as b
        on both_hold.tag_b = b.tag_code
    cross join policy
    where
        both_hold.both_count
        >= policy.overlap_from * (a.holder_count + b.holder_count - both_hold.both_count)

),

needed as (

    select distinct
        basis_a,
        basis_b
    from pairs

),

-- the customers known to both
bases as (

    select
        needed.basis_a,
        needed.basis_b,
        count(*) as known_count
    from needed
    inner join known as a
        on needed.basis_a = a.basis
    inner join known as b
        on
            needed.basis_b = b.basis
            and a.customer_id = b.customer_id
    group by needed.basis_a, needed.basis_b

),

sides as (

    select
        tag_a,
        tag_b,
        tag_a as tag_code,
        basis_b as other_basis
    from pairs

    union all

    select
        tag_a,
        tag_b,
        tag_b as tag_code,
        basis_a as other_basis
    from pairs

),

-- holders of one tag of a pair for whom the other's feature is known
comparable as (

    select
        sides.tag_a,
        sides.tag_b,
        count(*) as holder_count
    from sides
    inner join holders
        on sides.tag_code = holders.tag_code
    inner join known
        on
            sides.other_basis = known.basis
            and holders.customer_id = known.customer_id
    group by sides.tag_a, sides.tag_b

),

agreements as (

    select
        pairs.tag_a,
        pairs.tag_b,
        pairs.overlap,
        bases.known_count,
        1 - (comparable.holder_count - 2 * pairs.both_count) / cast(bases.known_count as double) as agreement
    from pairs
    inner join bases
        on
            pairs.basis_a = bases.basis_a
            and pairs.basis_b = bases.basis_b
    inner join comparable
        on
            pairs.tag_a = comparable.tag_a
            and pairs.tag_b = comparable.tag_b

),

both_ways as (

    select
        tag_a as tag_code,
        tag_b as other_tag_code,
        agreement,
        overlap
    from agreements

    union all

    select
        tag_b as tag_code,
        tag_a as other_tag_code,
        agreement,
        overlap
    from agreements

),

closest as (

    select
        both_ways.*,
        row_number() over (
            partition by both_ways.tag_code
            order by both_ways.agreement desc, both_ways.overlap desc, both_ways.other_tag_code asc
        ) as closeness_rank
    from both_ways

),

measured as (

    select
        tags.*,
        versions.members,
        coalesce(known_counts.known_count, 0) as known_count,
        coalesce(holder_counts.holder_count, 0) as holder_count,
        coalesce(holder_counts.holder_count, 0) / cast(nullif(known_counts.known_count, 0) as double) as coverage,
        closest.other_tag_code as closest_tag_code,
        closest.agreement,
        closest.overlap,
        in_force.tag_code is not null as is_in_force
    from tags
    left join known_counts
        on tags.basis = known_counts.feature
    left join holder_counts
        on tags.tag_code = holder_counts.tag_code
    left join in_force
        on tags.tag_code = in_force.tag_code
    left join {{ ref('int_tags__tag_versions') }} as versions
        on
            tags.tag_code = versions.tag_code
            and tags.version = versions.tag_version
    left join closest
        on
            tags.tag_code = closest.tag_code
            and closest.closeness_rank = 1

),

judged as (

    select
        measured.*,
        case
            when not measured.is_in_force then 'not_in_force'
            when measured.known_count < policy.minimum_base then 'not_measured'
            when measured.coverage < policy.coverage_from then 'rare'
            when measured.coverage > policy.coverage_to then 'common'
            when measured.agreement > policy.agreement_to then 'duplicate'
            else 'sound'
        end as finding
    from measured
    cross join policy

),

final as (

    select
        cast(judged.tag_code as string) as tag_code,
        cast(judged.family as string) as family,
        cast(judged.label_zh as string) as label_zh,
        cast(judged.label_en as string) as label_en,
        cast(judged.meaning_zh as string) as meaning_zh,
        cast(judged.meaning_en as string) as meaning_en,
        cast(judged.feature as string) as feature,
        cast(judged.operator as string) as operator,
        cast(judged.value_text as string) as value_text,
        cast(judged.members as string) as members,
        cast(judged.owner as string) as owner,
        cast(judged.status as string) as status,
        cast(judged.finding as string) as finding,
        cast(judged.closest_tag_code as string) as closest_tag_code,
        cast(waivers.reason_zh as string) as waiver_zh,
        cast(waivers.reason_en as string) as waiver_en,
        judged.is_in_force,
        coalesce(judged.finding = 'sound' or waivers.tag_code is not null, false) as is_sound,
        cast(judged.version as integer) as version,
        cast(judged.value_low as double) as value_low,
        cast(judged.value_high as double) as value_high,
        cast(judged.known_count as bigint) as known_count,
        cast(judged.holder_count as bigint) as holder_count,
        cast(judged.coverage as double) as coverage,
        cast(judged.agreement as double) as agreement,
        cast(judged.overlap as double) as overlap,
        cast(judged.valid_from_on as date) as valid_from_on,
        cast(judged.valid_to_on as date) as valid_to_on
    from judged
    left join {{ ref('tag_waivers') }} as waivers
        on
            judged.tag_code = waivers.tag_code
            and judged.finding = waivers.measure

)

select * from final
