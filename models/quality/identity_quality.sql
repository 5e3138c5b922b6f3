-- grain: one measure of identity resolution for one scope

-- Against labelled records where a data set has labels; by the weights themselves, and by what stewards answered about
-- pairs drawn by chance, everywhere. Pairs are pairs of records after closure: two records of one resolved customer
-- (found), of one true customer (true), or of both (hit).

with

ids as (

    select * from {{ ref('int_customers__ids') }}

),

labelled as (

    select
        ids.record_key,
        ids.customer_kind,
        ids.customer_id,
        labels.true_customer_id
    from {{ ref('stg_truth__record_links') }} as labels
    inner join ids
        on
            labels.source_system = ids.source_system
            and labels.source_customer_id = ids.source_customer_id

),

cells as (

    select
        customer_kind,
        customer_id,
        true_customer_id,
        count(*) as record_count
    from labelled
    group by customer_kind, customer_id, true_customer_id

),

found as (

    select
        customer_id,
        sum(record_count) as record_count,
        count(*) as true_customer_count
    from cells
    group by customer_id

),

true_customers as (

    select
        true_customer_id,
        sum(record_count) as record_count
    from cells
    group by true_customer_id

),

-- true pairs that are two customers, though a block key brought them together
apart as (

    select
        a.true_customer_id,
        a.customer_id as customer_id_a,
        b.customer_id as customer_id_b
    from {{ ref('int_identity__candidates') }} as candidates
    inner join labelled as a
        on candidates.record_key_a = a.record_key
    inner join labelled as b
        on
            candidates.record_key_b = b.record_key
            and a.true_customer_id = b.true_customer_id
            and a.customer_id <> b.customer_id

),

reached as (

    select
        true_customer_id,
        customer_id_a as customer_id
    from apart

    union

    select
        true_customer_id,
        customer_id_b as customer_id
    from apart

),

reach as (

    select
        cells.true_customer_id,
        count(*) as customer_count,
        count(reached.customer_id) as reached_count
    from cells
    left join reached
        on
            cells.true_customer_id = reached.true_customer_id
            and cells.customer_id = reached.customer_id
    group by cells.true_customer_id

),

pair_counts as (

    select
        (select sum(record_count * (record_count - 1)) / 2 from cells) as hits,
        (select sum(record_count * (record_count - 1)) / 2 from found) as found,
        (select sum(record_count * (record_count - 1)) / 2 from true_customers) as truly

),

b_cubed as (

    select
        {{ exact_sum('cells.record_count * cells.record_count / cast(found.record_count as double)') }}
            as precision_sum,
        {{ exact_sum('cells.record_count * cells.record_count / cast(true_customers.record_count as double)') }}
            as recall_sum,
        sum(cells.record_count) as record_count
    from cells
    inner join found
        on cells.customer_id = found.customer_id
    inner join true_customers
        on cells.true_customer_id = true_customers.true_customer_id

),

-- true pairs that share an identifier which is theirs, by the kind of identifier
records as (

    select
        labelled.customer_id,
        labelled.true_customer_id,
        records.*
    from labelled
    inner join {{ ref('int_identity__records') }} as records
        on labelled.record_key = records.record_key

),

shared as (

    {% for column in ['unionid', 'id_number_hash', 'member_no', 'credit_code', 'phone', 'email'] -%}
    select
        '{{ column }}' as identifier,
        a.record_key as record_key_a,
        b.record_key as record_key_b,
        {{ name_agreement('a', 'b') }} as name_agreement,
        a.customer_id = b.customer_id as is_hit
    from records as a
    inner join records as b
        on
            a.true_customer_id = b.true_customer_id
            and a.{{ column }} = b.{{ column }}
            and a.record_key < b.record_key
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

shared_pairs as (

    select
        record_key_a,
        record_key_b,
        min(name_agreement) as name_agreement,
        max(case when is_hit then 1 else 0 end) as is_hit
    from shared
    group by record_key_a, record_key_b

),

rule_links as (

    select
        links.rule_code,
        count(*) as link_count,
        count(case when a.true_customer_id = b.true_customer_id then 1 end) as correct_count
    from {{ ref('int_identity__links') }} as links
    inner join labelled as a
        on links.record_key_a = a.record_key
    inner join labelled as b
        on links.record_key_b = b.record_key
    group by links.rule_code

),

merged_look_alikes as (

    select
        pairs.kind,
        pairs.true_customer_id_a,
        pairs.true_customer_id_b,
        max(case when a.customer_id = b.customer_id then 1 else 0 end) as is_merged
    from {{ ref('stg_truth__hard_negatives') }} as pairs
    inner join cells as a
        on pairs.true_customer_id_a = a.true_customer_id
    inner join cells as b
        on pairs.true_customer_id_b = b.true_customer_id
    group by pairs.kind, pairs.true_customer_id_a, pairs.true_customer_id_b

),

measures as (

    select
        'pair_precision' as measure,
        'all' as scope,
        hits as numerator,
        found as denominator
    from pair_counts

    union all

    select
        'pair_recall' as measure,
        'all' as scope,
        hits as numerator,
        truly as denominator
    from pair_counts

    union all

    select
        'pair_f1' as measure,
        'all' as scope,
        2 * hits as numerator,
        found + truly as denominator
    from pair_counts

    union all

    select
        'b_cubed_precision' as measure,
        'all' as scope,
        precision_sum as numerator,
        record_count as denominator
    from b_cubed

    union all

    select
        'b_cubed_recall' as measure,
        'all' as scope,
        recall_sum as numerator,
        record_count as denominator
    from b_cubed

    union all

    select
        'identifier_recall' as measure,
        'all' as scope,
        sum(is_hit) as numerator,
        count(*) as denominator
    from shared_pairs

    union all

    select
        'identifier_recall' as measure,
        'name ' || name_agreement as scope,
        sum(is_hit) as numerator,
        count(*) as denominator
    from shared_pairs
    group by name_agreement

    union all

    select
        'identifier_recall' as measure,
        identifier as scope,
        count(case when is_hit then 1 end) as numerator,
        count(*) as denominator
    from shared
    group by identifier

    union all

    select
        'rule_precision' as measure,
        rule_code as scope,
        correct_count as numerator,
        link_count as denominator
    from rule_links

    union all

    select
        'look_alikes_merged' as measure,
        kind as scope,
        sum(is_merged) as numerator,
        count(*) as denominator
    from merged_look_alikes
    group by kind

    union all

    -- customers too many for the true ones among them
    select
        'duplicate_rate_before' as measure,
        'all' as scope,
        sum(record_count) - count(*) as numerator,
        sum(record_count) as denominator
    from true_customers

    union all

    select
        'duplicate_rate_after' as measure,
        'all' as scope,
        (select count(*) from found) - count(*) as numerator,
        (select count(*) from found) as denominator
    from true_customers

    union all

    -- of one true customer with no customer reached one is not surplus
    select
        'duplicate_rate_after' as measure,
        'no_shared_key' as scope,
        sum(customer_count - reached_count - case when reached_count = 0 then 1 else 0 end) as numerator,
        (select count(*) from found) as denominator
    from reach

    union all

    select
        'largest_customer' as measure,
        'all' as scope,
        (select max(record_count) from found) as numerator,
        (select max(record_count) from true_customers) as denominator

),

bands as (

    select
        *,
        pair_kind || ' ' || band as scope,
        coalesce(answered_share, expected_share) as share
    from {{ ref('weight_bands') }}
    where pair_count > 0

),

-- the bands together: half widths add up as squares (Zou and Donner 2008)
kinds as (

    select
        pair_kind,
        sum(pair_count) as pair_count,
        sum(answer_count) as answer_count,
        bool_and(is_enough) as is_enough,
        {{ exact_sum('share * pair_count') }} as match_count,
        sqrt({{ exact_sum('power((share - lower_share) * pair_count, 2)', decimals=6) }}) as below,
        sqrt({{ exact_sum('power((upper_share - share) * pair_count, 2)', decimals=6) }}) as above
    from bands
    group by pair_kind

),

left_persons as (

    select
        (
            select coalesce({{ exact_sum('expected.duplicate_probability') }}, 0.0)
            from {{ ref('expected_duplicates') }} as expected
            where expected.customer_kind = 'person'
        ) as surplus_count,
        count(distinct case when ids.customer_kind = 'person' then ids.customer_id end) as person_count
    from ids

),

estimates as (

    select
        'expected_share' as measure,
        scope,
        expected_share * pair_count as numerator,
        pair_count as denominator,
        'expected' as status,
        cast(null as bigint) as answer_count,
        cast(null as double) as lower_rate,
        cast(null as double) as upper_rate
    from bands

    union all

    select
        'answered_share' as measure,
        scope,
        answered_share * pair_count as numerator,
        pair_count as denominator,
        case when answered_share is null then 'too_few_answers' else 'measured' end as status,
        answer_count,
        lower_share as lower_rate,
        upper_share as upper_rate
    from bands

    union all

    select
        'answered_precision' as measure,
        'all' as scope,
        case when is_enough then match_count end as numerator,
        pair_count as denominator,
        case when is_enough then 'measured' else 'too_few_answers' end as status,
        answer_count,
        case when is_enough then greatest(match_count - below, 0.0) / pair_count end as lower_rate,
        case when is_enough then least((match_count + above) / pair_count, 1.0) end as upper_rate
    from kinds
    where pair_kind = 'linked'

    union all

    -- what is left, with the relative width of the matches among open pairs
    select
        'answered_left' as measure,
        'all' as scope,
        case when kinds.is_enough then left_persons.surplus_count end as numerator,
        left_persons.person_count as denominator,
        case when kinds.is_enough then 'measured' else 'too_few_answers' end as status,
        kinds.answer_count,
        case
            when kinds.is_enough and kinds.match_count > 0
                then
                    left_persons.surplus_count / left_persons.person_count
                    * greatest(1.0 - kinds.below / kinds.match_count, 0.0)
        end as lower_rate,
        case
            when kinds.is_enough and kinds.match_count > 0
                then
                    least(
                        left_persons.surplus_count / left_persons.person_count
                        * (1.0 + kinds.above / kinds.match_count), 1.0
                    )
        end as upper_rate
    from kinds
    cross join left_persons
    where kinds.pair_kind = 'open'

),

everything as (

    select
        measure,
        scope,
        numerator,
        denominator,
        'measured' as status,
        cast(null as bigint) as answer_count,
        cast(null as double) as lower_rate,
        cast(null as double) as upper_rate
    from measures

    union all

    select * from estimates

),

final as (

    select
        cast(measure as string) as measure,
        cast(scope as string) as scope,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        cast(numerator as double) / cast(denominator as double) as rate,
        cast(status as string) as status,
        cast(answer_count as bigint) as answer_count,
        cast(lower_rate as double) as lower_rate,
        cast(upper_rate as double) as upper_rate
    from everything
    where denominator > 0

)

select * from final
