-- grain: two customer records of persons that are compared, with what speaks for one person

-- Fellegi and Sunter (1969): each comparison is worth log2(share of the level among pairs of one person / share among
-- pairs by chance). At levels with a share of their own the chance is that of the value: a rare name says more. A
-- family agrees on phone, address and surname without being one person: what it explains counts against the match. How
-- many pairs match at all is read from the data: the share at which as many matches are expected as it says.

{% set comparisons = identity_comparisons() %}
{% set rounds = 15 %}

with

weights as (

    select * from {{ ref('int_identity__weights') }}

),

policy as (

    select * from {{ ref('identity_model') }}

),

size as (

    select
        count(*) as record_count,
        count(*) * (count(*) - 1) / 2.0 as pair_count
    from {{ ref('int_identity__compared') }}

),

weighed as (

    select
        {% for name, comparison in comparisons.items() -%}
        coalesce({{ name }}.match_bits - {{ comparison_chance(name, comparison) }}, 0.0) as {{ name }}_weight,
        {% if comparison.household -%}
        greatest({{ name }}.household_bits - {{ comparison_chance(name, comparison) }}, 0.0) as {{ name }}_household,
        {% endif -%}
        {% endfor -%}
        coalesce(a.town_numbers > 1, false) as is_town_name_shared,
        compared.*
    from {{ ref('int_identity__comparisons') }} as compared
    inner join {{ ref('int_identity__compared') }} as a
        on compared.record_key_a = a.record_key
    {% for name in comparisons -%}
    left join weights as {{ name }}
        on
            {{ name }}.comparison = '{{ name }}'
            and compared.{{ name }}_level = {{ name }}.level
    {% endfor %}
),

summed as (

    select
        *,
        {% for name in comparisons %}{{ name }}_weight{{ ' + ' if not loop.last }}{% endfor %} as evidence_weight,
        {% for name, comparison in comparisons.items() if comparison.household -%}
        {{ name }}_household{{ ' + ' if not loop.last }}
        {%- endfor %} as household_weight
    from weighed

),

-- a quarter of a bit is fine enough to count matches by
bands as (

    select
        round(evidence_weight * 4) / 4 as evidence_weight,
        least(round(household_weight * 4) / 4, 60.0) as household_weight,
        count(*) as pair_count
    from summed
    group by 1, 2

),

prior_0 as (

    select
        0.3 * size.record_count / size.pair_count as match_prior,
        policy.household_partners * size.record_count / (2 * size.pair_count) as household_prior,
        size.pair_count
    from size
    cross join policy
    where size.pair_count > 0

),

{% for number in range(1, rounds + 1) -%}
prior_{{ number }} as (

    select
        -- one pair at least: where none seems to match, the share would fall round by round to nothing
        least(
            greatest({{ exact_sum('bands.pair_count * ' ~ match_chance('bands', 'earlier')) }}, 1.0)
            / max(earlier.pair_count),
            0.5
        ) as match_prior,
        max(earlier.household_prior) as household_prior,
        max(earlier.pair_count) as pair_count
    from bands
    cross join prior_{{ number - 1 }} as earlier
    having count(*) > 0

),

{% endfor -%}

scored as (

    select
        summed.*,
        log2(settled.match_prior) as prior_weight,
        -log2(
            1.0 - settled.match_prior - settled.household_prior
            + settled.household_prior * power(2.0, least(summed.household_weight, 60.0))
        ) as family_weight,
        {{ asks_for_more('summed') }} as asks_for
    from summed
    cross join prior_{{ rounds }} as settled

),

totalled as (

    select
        *,
        evidence_weight + prior_weight + family_weight as match_weight
    from scored

),

final as (

    select
        totalled.record_key_a,
        totalled.record_key_b,
        totalled.match_weight,
        1.0 / (1.0 + power(2.0, -(totalled.match_weight))) as match_probability,
        totalled.asks_for,
        coalesce(totalled.identifier_level = 'conflict', false) as is_conflict,
        -- what joins: a doubt that only an identifier settles speaks against, any other leaves the pair open
        case
            when totalled.identifier_level = 'conflict' or totalled.asks_for = 'other_name' then -policy.most_weight
            when totalled.asks_for is not null then least(totalled.match_weight, 0.0)
            else totalled.match_weight
        end as joining_weight,
        {% for name in comparisons -%}
        totalled.{{ name }}_level,
        totalled.{{ name }}_weight,
        {% endfor -%}
        totalled.prior_weight,
        totalled.family_weight
    from totalled
    cross join policy

)

select * from final
