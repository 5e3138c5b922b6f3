-- grain: one pilot, its regions against all others, before and after its first day

-- Difference in differences of the conversion of campaigns (customers reached whose touch took a purchase ÷ customers
-- reached, by the day of the message). The interval takes each message to a customer as independent. It says what
-- changed beside the other regions; that nothing else set them apart is for the reader to judge.

with

policy as (

    select * from {{ ref('management_policy') }}

),

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

pilots as (

    select
        pilot,
        min(label_zh) as label_zh,
        min(label_en) as label_en,
        min(started_on) as started_on,
        max(target_uplift) as target_uplift,
        count(*) as region_count,
        {{ months_before('min(started_on)', 'max(before_months)') }} as before_from_on,
        {{ months_before('min(started_on)', '-max(after_months)') }} as after_before_on
    from {{ ref('pilots') }}
    group by pilot

),

converted as (

    select distinct
        campaign_id,
        contact_id
    from {{ ref('int_marketing__attributions') }}

),

contacts as (

    select
        pilots.pilot,
        pilot_regions.region is not null as is_pilot,
        cast(contacts.sent_at as date) >= pilots.started_on as is_after,
        case when converted.contact_id is null then 0 else 1 end as is_converted
    from {{ ref('int_marketing__contacts') }} as contacts
    inner join pilots
        on
            cast(contacts.sent_at as date) >= pilots.before_from_on
            and cast(contacts.sent_at as date) < pilots.after_before_on
    inner join {{ ref('int_management__customer_areas') }} as areas
        on
            {{ hashed_number('contacts.customer_id') }} = areas.customer_number
            and areas.area_kind = 'region'
            and areas.area <> 'unknown'
    left join {{ ref('pilots') }} as pilot_regions
        on
            pilots.pilot = pilot_regions.pilot
            and areas.area = pilot_regions.region
    left join converted
        on
            contacts.campaign_id = converted.campaign_id
            and contacts.customer_id = converted.contact_id

),

counted as (

    select
        pilot,
        {%- for arm, is_pilot in [('pilot', 'is_pilot'), ('rest', 'not is_pilot')] %}
        {%- for period, is_after in [('before', 'not is_after'), ('after', 'is_after')] %}
        count(case when {{ is_pilot }} and {{ is_after }} then 1 end) as {{ arm }}_{{ period }}_reached,
        coalesce(sum(case when {{ is_pilot }} and {{ is_after }} then is_converted end), 0)
            as {{ arm }}_{{ period }}_converted,
        {%- endfor %}
        {%- endfor %}
        count(*) as contact_count
    from contacts
    group by pilot

),

rates as (

    select
        pilots.*,
        {%- for arm in ['pilot', 'rest'] %}
        {%- for period in ['before', 'after'] %}
        {%- set group = arm ~ '_' ~ period %}
        coalesce(counted.{{ group }}_reached, 0) as {{ group }}_reached,
        coalesce(counted.{{ group }}_converted, 0) as {{ group }}_converted,
        counted.{{ group }}_converted / cast(nullif(counted.{{ group }}_reached, 0) as double) as {{ group }}_rate,
        {%- endfor %}
        {%- endfor %}
        least(
            coalesce(counted.pilot_before_reached, 0), coalesce(counted.pilot_after_reached, 0),
            coalesce(counted.rest_before_reached, 0), coalesce(counted.rest_after_reached, 0)
        ) as smallest_base
    from pilots
    left join counted
        on pilots.pilot = counted.pilot

),

compared as (

    select
        *,
        (pilot_after_rate - pilot_before_rate) - (rest_after_rate - rest_before_rate) as difference,
        pilot_before_rate + rest_after_rate - rest_before_rate as expected_rate,
        sqrt(
            {%- for group in ['pilot_before', 'pilot_after', 'rest_before', 'rest_after'] %}
            {{ "+ " if not loop.first }}{{ group }}_rate * (1 - {{ group }}_rate) / nullif({{ group }}_reached, 0)
            {%- endfor %}
        ) as standard_error
    from rates

),

final as (

    select
        cast(compared.pilot as string) as pilot,
        cast(compared.label_zh as string) as pilot_zh,
        cast(compared.label_en as string) as pilot_en,
        cast(
            case
                when compared.smallest_base < policy.minimum_reached then 'not_measured'
                when as_of.as_of_on < {{ add_days('compared.after_before_on', -1) }} then 'running'
                when compared.difference - policy.interval_z * compared.standard_error > 0 then 'better'
                when compared.difference + policy.interval_z * compared.standard_error < 0 then 'worse'
                else 'no_difference_seen'
            end as string
        ) as reading,
        cast(
            case
                when compared.smallest_base >= policy.minimum_reached
                    then compared.difference / nullif(compared.expected_rate, 0) >= compared.target_uplift
            end as boolean
        ) as is_target_met,
        cast(compared.region_count as bigint) as region_count,
        {%- for arm in ['pilot', 'rest'] %}
        {%- for period in ['before', 'after'] %}
        cast(compared.{{ arm }}_{{ period }}_reached as bigint) as {{ arm }}_{{ period }}_reached,
        cast(compared.{{ arm }}_{{ period }}_converted as bigint) as {{ arm }}_{{ period }}_converted,
        cast(compared.{{ arm }}_{{ period }}_rate as double) as {{ arm }}_{{ period }}_rate,
        {%- endfor %}
        {%- endfor %}
        cast(compared.difference as double) as difference,
        cast(compared.standard_error as double) as standard_error,
        cast(compared.difference - policy.interval_z * compared.standard_error as double) as difference_from,
        cast(compared.difference + policy.interval_z * compared.standard_error as double) as difference_to,
        cast(compared.expected_rate as double) as expected_rate,
        cast(compared.difference / nullif(compared.expected_rate, 0) as double) as relative_uplift,
        cast(compared.target_uplift as double) as target_uplift,
        cast(compared.before_from_on as date) as before_from_on,
        cast(compared.started_on as date) as started_on,
        cast({{ add_days('compared.after_before_on', -1) }} as date) as after_until_on,
        cast(as_of.as_of_on as date) as as_of_on
    from compared
    cross join policy
    cross join as_of

)

select * from final
