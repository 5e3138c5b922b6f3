-- grain: one core without a complete name, one value that it shares and one core it may belong to

-- 王总 or a nameless record under a telephone belongs to the person known under it whose other evidence fits best. 王总
-- may fit two people: the better one leads by a margin. A nameless record goes to nobody where two people use the
-- number, in full or under its mask, or where what is known besides it speaks against the person; a person decides.

with

rules as (

    select * from {{ ref('identity_rules') }}
    where
        is_active
        and stage = 'attach'

),

profiles as (

    select * from {{ ref('int_identity__core_profiles') }}

),

records as (

    select
        cores.core_key,
        records.*
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__cores') }} as cores
        on records.record_key = cores.record_key

),

said as (

    select
        evidence.customer_kind,
        evidence.evidence_type,
        evidence.value,
        evidence.record_key,
        cores.core_key
    from {{ ref('int_identity__evidence') }} as evidence
    inner join {{ ref('int_identity__evidence_use') }} as evidence_use
        on
            evidence.customer_kind = evidence_use.customer_kind
            and evidence.evidence_type = evidence_use.evidence_type
            and evidence.value = evidence_use.value
            and evidence_use.ban_reason is null
    inner join {{ ref('int_identity__cores') }} as cores
        on evidence.record_key = cores.record_key
    where
        exists (
            select 1 from rules
            where
                rules.customer_kind = evidence.customer_kind
                and rules.evidence_type = evidence.evidence_type
        )

),

-- a mask in a town hides the number of everybody who lives there, and of those of no known town whose number is in use
-- there: a record that says both number and town is not asked for
masked as (

    select distinct
        said.customer_kind,
        said.evidence_type,
        said.value,
        records.phone_pattern,
        records.city_code
    from said
    inner join records
        on said.record_key = records.record_key
    where
        said.evidence_type = 'phone_pattern_city'
        and records.phone is null
        and records.name_key is null

),

numbers_in_use as (

    select distinct
        said.value,
        records.phone
    from said
    inner join masked
        on said.value = masked.value
    inner join records
        on said.record_key = records.record_key
    where records.phone is not null

),

hidden as (

    select
        masked.customer_kind,
        masked.evidence_type,
        masked.value,
        records.record_key,
        records.core_key
    from masked
    inner join records
        on
            masked.phone_pattern = records.phone_pattern
            and masked.customer_kind = records.customer_kind
    inner join profiles
        on
            records.core_key = profiles.core_key
            and profiles.is_named
    left join numbers_in_use
        on
            masked.value = numbers_in_use.value
            and records.phone = numbers_in_use.phone
    where
        profiles.city_code = masked.city_code
        or (profiles.city_code is null and numbers_in_use.phone is not null)

),

shared as (

    select
        customer_kind,
        evidence_type,
        value,
        record_key,
        core_key
    from said

    union

    select
        customer_kind,
        evidence_type,
        value,
        record_key,
        core_key
    from hidden

),

several as (

    select
        customer_kind,
        evidence_type,
        value
    from shared
    group by customer_kind, evidence_type, value
    having min(core_key) < max(core_key)

),

occupied as (

    select
        shared.customer_kind,
        shared.evidence_type,
        shared.value,
        shared.record_key,
        shared.core_key,
        profiles.is_named
    from shared
    inner join several
        on
            shared.customer_kind = several.customer_kind
            and shared.evidence_type = several.evidence_type
            and shared.value = several.value
    inner join profiles
        on shared.core_key = profiles.core_key

),

-- one record for each complete name of a core
names as (

    select
        core_key,
        name_key,
        min(record_key) as record_key
    from records
    where name_key is not null
    group by core_key, name_key

),

named as (

    select
        occupied.customer_kind,
        occupied.evidence_type,
        occupied.value,
        occupied.core_key,
        names.record_key as named_record_key,
        min(occupied.record_key) as record_key
    from occupied
    inner join names
        on occupied.core_key = names.core_key
    where occupied.is_named
    group by
        occupied.customer_kind,
        occupied.evidence_type,
        occupied.value,
        occupied.core_key,
        names.record_key

),

compared as (

    select
        open_records.customer_kind,
        open_records.evidence_type,
        open_records.value,
        open_records.core_key as core_key_a,
        named.core_key as core_key_b,
        a.record_key as record_key_a,
        min(named.record_key) as record_key_b,
        max(case when a.name is null then 0 else 1 end) as has_part,
        max(case when {{ name_agreement('a', 'b') }} <> 'different' then 1 else 0 end) as fits,
        max(case when {{ identity_conflict('profiles_a', 'profiles_b') }} then 1 else 0 end) as is_conflict,
        max(case when coalesce(profiles_a.city_code <> profiles_b.city_code, false) then 1 else 0 end) as is_elsewhere
    from occupied as open_records
    inner join named
        on
            open_records.customer_kind = named.customer_kind
            and open_records.evidence_type = named.evidence_type
            and open_records.value = named.value
    inner join records as a
        on open_records.record_key = a.record_key
    inner join records as b
        on named.named_record_key = b.record_key
    inner join profiles as profiles_a
        on open_records.core_key = profiles_a.core_key
    inner join profiles as profiles_b
        on named.core_key = profiles_b.core_key
    where
        not open_records.is_named
        -- two full numbers are compared as such
        and (open_records.evidence_type <> 'phone_pattern_city' or a.phone is null)
    group by
        open_records.customer_kind,
        open_records.evidence_type,
        open_records.value,
        open_records.core_key,
        named.core_key,
        a.record_key

),

candidates as (

    select
        customer_kind,
        evidence_type,
        value,
        core_key_a,
        core_key_b,
        min(record_key_a) as record_key_a,
        min(record_key_b) as record_key_b,
        case when max(has_part) = 1 then 'partial' else 'unknown' end as name_agreement,
        min(fits) = 1
        and max(is_conflict) = 0
        and (max(has_part) = 1 or max(is_elsewhere) = 0) as is_possible
    from compared
    group by customer_kind, evidence_type, value, core_key_a, core_key_b

),

policy as (

    select * from {{ ref('identity_model') }}

),

-- what the best pair of records of two cores weighs besides the numbers, and the town, that brought them together
pair_weights as (

    select
        least(cores_a.core_key, cores_b.core_key) as core_key_a,
        greatest(cores_a.core_key, cores_b.core_key) as core_key_b,
        max(scores.match_weight - scores.prior_weight - scores.phone_weight - scores.email_weight) as weight,
        max(
            scores.match_weight - scores.prior_weight - scores.phone_weight - scores.email_weight - scores.place_weight
        ) as weight_in_town
    from {{ ref('int_identity__scores') }} as scores
    inner join {{ ref('int_identity__cores') }} as cores_a
        on scores.record_key_a = cores_a.record_key
    inner join {{ ref('int_identity__cores') }} as cores_b
        on scores.record_key_b = cores_b.record_key
    where cores_a.core_key <> cores_b.core_key
    group by least(cores_a.core_key, cores_b.core_key), greatest(cores_a.core_key, cores_b.core_key)

),

-- 志强 is a man's name, as far as records with a gender tell
name_genders as (

    select
        {{ gendered_part('records') }} as part,
        count(*) as record_count,
        count(case when records.gender = 'female' then 1 end) as female_count
    from records
    where
        records.gender is not null
        and records.name_key is not null
        and records.customer_kind = 'person'
    group by {{ gendered_part('records') }}

),

gender_weights as (

    select
        names.core_key,
        min(log2(2.0 * (name_genders.female_count + 0.5) / (name_genders.record_count + 1.0))) as female_weight,
        min(
            log2(
                2.0 * (name_genders.record_count - name_genders.female_count + 0.5)
                / (name_genders.record_count + 1.0)
            )
        ) as male_weight
    from names
    inner join records
        on names.record_key = records.record_key
    inner join name_genders
        on {{ gendered_part('records') }} = name_genders.part
    group by names.core_key

),

-- a system that asks for names has the named core, and beside it a record without a name
known_twice as (

    select distinct
        candidates.core_key_a,
        candidates.core_key_b
    from candidates
    inner join records as a
        on candidates.core_key_a = a.core_key
    inner join records as b
        on
            candidates.core_key_b = b.core_key
            and a.source_system = b.source_system
    where a.is_name_asked

),

-- under the mask of the number, in the city of one of the two, somebody has another name
masked_names as (

    select
        candidates.core_key_a,
        candidates.core_key_b,
        candidates.value,
        masked.record_key
    from candidates
    inner join records as a
        on candidates.record_key_a = a.record_key
    inner join records as masked
        on
            a.phone_pattern = masked.phone_pattern
            and candidates.core_key_a <> masked.core_key
            and candidates.core_key_b <> masked.core_key
            and candidates.customer_kind = masked.customer_kind
    inner join {{ ref('int_identity__core_profiles') }} as profiles_a
        on candidates.core_key_a = profiles_a.core_key
    inner join {{ ref('int_identity__core_profiles') }} as profiles_b
        on candidates.core_key_b = profiles_b.core_key
    inner join names
        on candidates.core_key_b = names.core_key
    inner join records as b
        on names.record_key = b.record_key
    where
        candidates.evidence_type = 'phone'
        and masked.phone is null
        and masked.name is not null
        and masked.city_code in (profiles_a.city_code, profiles_b.city_code)
    group by candidates.core_key_a, candidates.core_key_b, candidates.value, masked.record_key
    having max(case when {{ name_agreement('masked', 'b') }} <> 'different' then 1 else 0 end) = 0

),

masked_users as (

    select distinct
        core_key_a,
        core_key_b,
        value
    from masked_names

),

measured as (

    select
        candidates.*,
        coalesce(
            case
                when candidates.evidence_type = 'phone_pattern_city' then pair_weights.weight_in_town
                else pair_weights.weight
            end,
            0.0
        )
        + coalesce(
            case
                when profiles_b.gender is not null then 0.0
                when profiles_a.gender = 'female' then gender_weights.female_weight
                when profiles_a.gender = 'male' then gender_weights.male_weight
            end,
            0.0
        )
        -- a number is shared and given out again, a mailbox hardly ever
        + case
            when candidates.evidence_type <> 'email' and known_twice.core_key_a is not null
                then policy.known_twice_weight
            else 0.0
        end
        + case
            when
                candidates.evidence_type <> 'email'
                and (
                    {{ days_from('profiles_b.last_seen_on', 'profiles_a.first_seen_on') }} > policy.idle_days
                    or {{ days_from('profiles_a.last_seen_on', 'profiles_b.first_seen_on') }} > policy.idle_days
                )
                then policy.idle_weight
            else 0.0
        end as weight,
        policy.margin,
        policy.attach_weight,
        masked_users.core_key_a is not null as has_masked_user
    from candidates
    inner join {{ ref('int_identity__core_profiles') }} as profiles_a
        on candidates.core_key_a = profiles_a.core_key
    inner join {{ ref('int_identity__core_profiles') }} as profiles_b
        on candidates.core_key_b = profiles_b.core_key
    cross join policy
    left join pair_weights
        on
            least(candidates.core_key_a, candidates.core_key_b) = pair_weights.core_key_a
            and greatest(candidates.core_key_a, candidates.core_key_b) = pair_weights.core_key_b
    left join gender_weights
        on candidates.core_key_b = gender_weights.core_key
    left join known_twice
        on
            candidates.core_key_a = known_twice.core_key_a
            and candidates.core_key_b = known_twice.core_key_b
    left join masked_users
        on
            candidates.core_key_a = masked_users.core_key_a
            and candidates.core_key_b = masked_users.core_key_b
            and candidates.value = masked_users.value

),

weighed as (

    select
        *,
        count(case when is_possible then 1 end) over (
            partition by customer_kind, evidence_type, value, core_key_a
        ) as possible_count,
        row_number() over (
            partition by customer_kind, evidence_type, value, core_key_a
            order by is_possible desc, weight desc, core_key_b asc
        ) as place,
        lead(case when is_possible then weight end) over (
            partition by customer_kind, evidence_type, value, core_key_a
            order by is_possible desc, weight desc, core_key_b asc
        ) as next_weight,
        -- somebody under this value is somebody else: it is known to be shared
        max(case when is_possible then 0 else 1 end) over (
            partition by customer_kind, evidence_type, value
        ) as is_shared_value
    from measured

),

judged as (

    select
        *,
        case
            when name_agreement = 'partial' and place = 1 and coalesce(weight - next_weight >= margin, true) then null
            when name_agreement = 'partial' or possible_count > 1 then 'ambiguous'
            when is_shared_value = 1 then 'ambiguous'
            when has_masked_user then 'two_people'
            when weight < attach_weight then 'doubtful'
        end as review_reason
    from weighed
    where is_possible

),

-- nobody under the value has a complete name: parts of names agree, or all are one person
nameless as (

    select
        occupied.customer_kind,
        occupied.evidence_type,
        occupied.value,
        occupied.core_key,
        occupied.record_key,
        min(occupied.core_key) over (
            partition by occupied.customer_kind, occupied.evidence_type, occupied.value
        ) as first_core_key,
        first_value(occupied.record_key) over (
            partition by occupied.customer_kind, occupied.evidence_type, occupied.value
            order by occupied.core_key asc, occupied.record_key asc
        ) as first_record_key,
        {{ all_agree("nullif(left(records.name, coalesce(nullif(records.surname_length, 0), 50)), '*')") }}
        and {{ all_agree("case when contains(records.name, '*') then split_part(records.name, '*', -1) end") }}
        and {{ all_agree('records.phone') }}
        and {{ all_agree('profiles.unionid') }}
        and {{ all_agree('profiles.id_number_hash') }}
        and {{ all_agree('profiles.gender') }}
        and {{ all_agree('profiles.birth_year') }}
        and {{ all_agree('profiles.city_code') }}
        -- a system that asks for names and has none for two of its records has not told that they are one
        and (
            records.name is not null
            or coalesce(records.is_name_asked, false) = false
            or min(occupied.core_key) over (
                partition by occupied.customer_kind, occupied.evidence_type, occupied.value, records.source_system
            ) = max(occupied.core_key) over (
                partition by occupied.customer_kind, occupied.evidence_type, occupied.value, records.source_system
            )
        ) as is_one_person,
        case when records.name is null then 'unknown' else 'partial' end as name_agreement
    from occupied
    inner join records
        on occupied.record_key = records.record_key
    inner join profiles
        on occupied.core_key = profiles.core_key
    left join named
        on
            occupied.customer_kind = named.customer_kind
            and occupied.evidence_type = named.evidence_type
            and occupied.value = named.value
    where named.value is null

),

proposed as (

    select
        customer_kind,
        evidence_type,
        value,
        record_key_a,
        record_key_b,
        name_agreement,
        weight,
        review_reason
    from judged

    union all

    select
        customer_kind,
        evidence_type,
        value,
        min(record_key) as record_key_a,
        min(first_record_key) as record_key_b,
        min(name_agreement) as name_agreement,
        cast(null as double) as weight,
        case when not bool_and(is_one_person) then 'ambiguous' end as review_reason
    from nameless
    where core_key <> first_core_key
    group by customer_kind, evidence_type, value, core_key

),

final as (

    select
        proposed.record_key_a,
        proposed.record_key_b,
        proposed.evidence_type,
        proposed.name_agreement,
        rules.rule_code,
        rules.tier,
        case when proposed.review_reason is null then rules.decision else 'review' end as decision,
        proposed.weight,
        coalesce(proposed.review_reason, case when rules.decision = 'review' then 'policy' end) as review_reason
    from proposed
    inner join rules
        on
            proposed.customer_kind = rules.customer_kind
            and proposed.evidence_type = rules.evidence_type
            and proposed.name_agreement = rules.name_agreements

)

select * from final
