-- grain: one customer who has ever purchased, for one window of months (policy)

with

measured as (

    select * from {{ ref('int_value__recency_frequency_monetary') }}

),

parameters as (

    select * from {{ ref('int_value__rfm_parameters') }}

),

classes as (

    select * from {{ ref('rfm_classes') }}

),

scored as (

    -- A score counts the quintile cut-offs that a value has passed, so equal values always share
    -- one score; recency runs the other way. A value on a threshold belongs to the better side,
    -- except that a median only separates those strictly above it: half of all customers may
    -- stand on a median frequency of one.
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
            else measured.{{ measure }} >= parameters.{{ measure }}_threshold
        end as {{ flag }},
        {%- endfor %}
        measured.recency_days <= parameters.recency_days_threshold as is_recent
    from measured
    inner join parameters
        on
            measured.as_of_on = parameters.as_of_on
            and measured.window_months = parameters.window_months

),

final as (

    select
        -- keys
        cast(scored.customer_id as varchar) as customer_id,
        cast(scored.window_months as integer) as window_months,

        -- attributes
        cast(classes.rfm_class as varchar) as rfm_class,
        cast(classes.label_zh as varchar) as rfm_class_zh,
        cast(classes.label_en as varchar) as rfm_class_en,

        -- flags
        scored.is_recent,
        scored.is_frequent,
        scored.is_high_spending,

        -- measures
        cast(scored.recency_days as integer) as recency_days,
        cast(scored.frequency as bigint) as frequency,
        cast(scored.monetary as decimal(18, 2)) as monetary,
        cast(scored.net_amount as decimal(18, 2)) as net_amount,
        cast(scored.recency_score as integer) as recency_score,
        cast(scored.frequency_score as integer) as frequency_score,
        cast(scored.monetary_score as integer) as monetary_score,

        -- dates
        cast(scored.last_purchase_on as date) as last_purchase_on,
        cast(scored.as_of_on as date) as as_of_on
    from scored
    left join classes
        on
            scored.is_recent = classes.is_recent
            and scored.is_frequent = classes.is_frequent
            and scored.is_high_spending = classes.is_high_spending

)

select * from final
