-- grain: one customer group and the path by which its customers are said to rise: who rose with it, and who without

-- Over the latest pair of ends of months 12 months apart: of the customers of the middle tier at the first, the share
-- that stands in the high tier at the second. Who takes a path is often who would rise anyway: the lift holds those
-- who rose against those whom the model of upgrades expected to, with the path and without, by what it knew at the
-- first date. Still an association, no proof.

with

spans as (

    select
        max(as_of_on) as as_of_on,
        {{ add_days(months_before(add_days('max(as_of_on)', 1), 12), -1) }} as earlier_on
    from {{ ref('int_value__as_of_dates') }}
    where is_reported

),

states as (

    select * from {{ ref('int_value__customer_states') }}

),

upgrades as (

    select * from {{ ref('int_value__upgrade_probabilities') }}
    where upgrade_basis = 'model'

),

base as (

    select
        earlier.customer_id,
        earlier.customer_group,
        spans.as_of_on,
        spans.earlier_on,
        upgrades.upgrade_probability,
        later.value_tier = 'high' as is_upgraded
    from spans
    inner join states as earlier
        on spans.earlier_on = earlier.as_of_on
    inner join states as later
        on
            earlier.customer_id = later.customer_id
            and spans.as_of_on = later.as_of_on
    left join upgrades
        on
            earlier.customer_id = upgrades.customer_id
            and earlier.as_of_on = upgrades.as_of_on
    where earlier.value_tier = 'middle'

),

contacts as (

    select
        ids.customer_id,
        interactions.interaction_type,
        cast(interactions.occurred_at as date) as occurred_on
    from {{ ref('input__interactions') }} as interactions
    inner join {{ ref('int_customers__ids') }} as ids
        on
            interactions.source_system = ids.source_system
            and interactions.source_customer_id = ids.source_customer_id
    where
        interactions.family = 'offline'
        and interactions.interaction_type in ('visit', 'tasting')

),

walked as (

    -- visited in each of the four quarters, counted back from the end
    select
        contacts.customer_id,
        'quarterly_visits' as upgrade_path
    from contacts
    cross join spans
    where
        contacts.interaction_type = 'visit'
        and contacts.occurred_on > spans.earlier_on
        and contacts.occurred_on <= spans.as_of_on
    group by contacts.customer_id
    having
        count(distinct case
            when contacts.occurred_on > {{ months_before('spans.as_of_on', 3) }} then 1
            when contacts.occurred_on > {{ months_before('spans.as_of_on', 6) }} then 2
            when contacts.occurred_on > {{ months_before('spans.as_of_on', 9) }} then 3
            else 4
        end) = 4

    union all

    select distinct
        contacts.customer_id,
        'tastings' as upgrade_path
    from contacts
    inner join spans
        on
            contacts.occurred_on > spans.earlier_on
            and contacts.occurred_on <= spans.as_of_on
    where contacts.interaction_type = 'tasting'

    union all

    select distinct
        days.customer_id,
        'festival_buying' as upgrade_path
    from {{ ref('int_value__day_versions') }} as days
    inner join spans
        on
            days.ordered_on > spans.earlier_on
            and days.ordered_on <= spans.as_of_on
            and days.valid_from_on <= spans.as_of_on
            and days.valid_to_on > spans.as_of_on
    inner join {{ ref('int_calendar__festival_days') }} as festival_days
        on days.ordered_on = festival_days.date_on
    where days.order_count > 0

),

counted as (

    select
        paths.customer_group,
        paths.upgrade_path,
        count(base.customer_id) as customer_count,
        count(walked.customer_id) as path_count,
        count(case when base.is_upgraded and walked.customer_id is not null then 1 end) as path_upgrade_count,
        count(case when base.is_upgraded and walked.customer_id is null then 1 end) as other_upgrade_count,
        -- of all of them or of nobody
        count(base.customer_id) = count(base.upgrade_probability) as is_expected,
        {{ exact_sum('case when walked.customer_id is not null then base.upgrade_probability end') }} as path_expected,
        {{ exact_sum('case when walked.customer_id is null then base.upgrade_probability end') }} as other_expected
    from {{ ref('upgrade_path_policy') }} as paths
    left join base
        on paths.customer_group = base.customer_group
    left join walked
        on
            base.customer_id = walked.customer_id
            and paths.upgrade_path = walked.upgrade_path
    group by paths.customer_group, paths.upgrade_path

),

rated as (

    select
        counted.*,
        counted.path_upgrade_count / cast(nullif(counted.path_count, 0) as double) as path_upgrade_rate,
        counted.other_upgrade_count
        / cast(nullif(counted.customer_count - counted.path_count, 0) as double) as other_upgrade_rate,
        case when counted.is_expected then counted.path_expected end as path_expected_count,
        case when counted.is_expected then counted.other_expected end as other_expected_count,
        case
            when counted.customer_count > 0 and not counted.is_expected then 'no_model'
            when
                counted.other_upgrade_count > 0
                and counted.path_expected >= policy.upgrade_minimum_expected
                and counted.other_expected >= policy.upgrade_minimum_expected
                then 'measured'
            else 'low_base'
        end as lift_status
    from counted
    cross join {{ ref('value_policy') }} as policy

),

final as (

    select
        cast(rated.customer_group as string) as customer_group,
        cast(rated.upgrade_path as string) as upgrade_path,
        cast(paths.label_zh as string) as upgrade_path_zh,
        cast(paths.label_en as string) as upgrade_path_en,
        cast(rated.customer_count as bigint) as customer_count,
        cast(rated.path_count as bigint) as path_count,
        cast(rated.path_upgrade_count as bigint) as path_upgrade_count,
        cast(rated.other_upgrade_count as bigint) as other_upgrade_count,
        cast(rated.path_upgrade_rate as double) as path_upgrade_rate,
        cast(rated.other_upgrade_rate as double) as other_upgrade_rate,
        cast(rated.path_expected_count as double) as path_expected_count,
        cast(rated.other_expected_count as double) as other_expected_count,
        cast(
            case
                when rated.lift_status = 'measured'
                    then
                        rated.path_upgrade_count / rated.path_expected_count
                        / (rated.other_upgrade_count / rated.other_expected_count) - 1
            end as double
        ) as lift,
        cast(rated.lift_status as string) as lift_status,
        cast(labels.label_zh as string) as lift_status_zh,
        cast(labels.label_en as string) as lift_status_en,
        cast(paths.reference_lift as double) as reference_lift,
        cast(spans.earlier_on as date) as earlier_on,
        cast(spans.as_of_on as date) as as_of_on
    from rated
    cross join spans
    inner join {{ ref('upgrade_path_policy') }} as paths
        on
            rated.customer_group = paths.customer_group
            and rated.upgrade_path = paths.upgrade_path
    left join {{ ref('marketing_labels') }} as labels
        on
            labels.list_code = 'lift_status'
            and rated.lift_status = labels.code

)

select * from final
