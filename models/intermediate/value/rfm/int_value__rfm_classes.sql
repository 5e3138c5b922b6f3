-- grain: one customer who has ever purchased, for one window of months (policy) before one as-of date

-- A view: customer_rfm keeps the latest date, customer_months the ends of months as well.
{{ config(materialized='view') }}

with

measured as (

    select * from {{ ref('int_value__recency_frequency_monetary') }}
    where is_latest or is_history

),

parameters as (

    select * from {{ ref('int_value__rfm_parameters') }}

),

classes as (

    select * from {{ ref('rfm_classes') }}

),

repeaters as (

    select
        as_of_on,
        count(case when purchase_days > 1 then 1 end) as repeat_customer_count
    from {{ ref('int_value__base_features') }}
    group by as_of_on

),

action_groups as (

    -- Once per date, not once per customer: months become days, and open bounds such as hold nobody back. A group that
    -- judges who leaves (seed) stands where enough customers come back for a purchase model.
    select
        dates.as_of_on,
        bounds.action_group,
        coalesce({{ months_before('dates.as_of_on', 'bounds.recency_months_above') }}, date '9999-12-31')
            as last_purchase_before_on,
        coalesce({{ months_before('dates.as_of_on', 'bounds.recency_months_to') }}, date '0001-01-01')
            as last_purchase_from_on,
        coalesce(bounds.frequency_from, 0) as frequency_from,
        coalesce(bounds.frequency_to, 2147483647) as frequency_to,
        coalesce(bounds.monetary_from, -999999999999) as monetary_from,
        coalesce(bounds.monetary_below, 999999999999) as monetary_below
    from {{ ref('rfm_action_groups') }} as bounds
    cross join {{ ref('int_value__as_of_dates') }} as dates
    cross join {{ ref('clv_policy') }} as clv_policy
    left join repeaters
        on dates.as_of_on = repeaters.as_of_on
    -- the rest is who is in none of the others
    where
        bounds.action_group <> 'other'
        and (not bounds.needs_model or repeaters.repeat_customer_count >= clv_policy.minimum_repeat_customers)

),

scored as (

    -- A score counts the quintile cut-offs that a value has passed, so equal values always share
    -- one score; recency runs the other way. A value on a threshold belongs to the better side,
    -- except that a median only separates those strictly above it: half of all customers may
    -- stand on a median frequency of one. Nor is anybody above a mean by the value that most
    -- customers share (from the 20th to the 80th percentile): one who differs turns over nobody else.
    select
        measured.*,
        5
        {%- for percent in [20, 40, 60, 80] %}
        - case when measured.recency_days > parameters.recency_days_p{{ percent }} then 1 else 0 end
        {%- endfor %} as recency_score,
        {%- for measure in ['frequency', 'monetary'] %}
        case
            when measured.frequency = 0 then 1
            else
                1
                {%- for percent in [20, 40, 60, 80] %}
                + case when measured.{{ measure }} > parameters.{{ measure }}_p{{ percent }} then 1 else 0 end
                {%- endfor %}
        end as {{ measure }}_score,
        {%- endfor %}
        {%- for measure, flag in [('frequency', 'is_frequent'), ('monetary', 'is_high_spending')] %}
        measured.frequency > 0
        and case
            when parameters.threshold_method = 'median'
                then measured.{{ measure }} > parameters.{{ measure }}_threshold
            when
                parameters.threshold_method = 'mean'
                and parameters.{{ measure }}_p20 = parameters.{{ measure }}_p80
                and measured.{{ measure }} <= parameters.{{ measure }}_p80
                then false
            else measured.{{ measure }} >= parameters.{{ measure }}_threshold
        end as {{ flag }},
        {%- endfor %}
        measured.recency_days <= parameters.recency_days_threshold as is_recent
    from measured
    inner join parameters
        on
            measured.parameters_as_of_on = parameters.parameters_as_of_on
            and measured.window_months = parameters.window_months

),

final as (

    select
        scored.*,
        classes.rfm_class,
        classes.label_zh as rfm_class_zh,
        classes.label_en as rfm_class_en,
        -- they are defined on 12 months
        case when scored.window_months = 12 then coalesce(action_groups.action_group, 'other') end as action_group
    from scored
    inner join classes
        on
            scored.is_recent = classes.is_recent
            and scored.is_frequent = classes.is_frequent
            and scored.is_high_spending = classes.is_high_spending
    -- the groups exclude each other: a test on the seed; the window in the join would make it a nested loop
    left join action_groups
        on
            scored.as_of_on = action_groups.as_of_on
            and scored.last_purchase_on < action_groups.last_purchase_before_on
            and scored.last_purchase_on >= action_groups.last_purchase_from_on
            and scored.frequency between action_groups.frequency_from and action_groups.frequency_to
            and scored.net_amount >= action_groups.monetary_from
            and scored.net_amount < action_groups.monetary_below

)

select * from final
