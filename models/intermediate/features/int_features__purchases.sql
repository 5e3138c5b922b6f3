-- grain: one subject who has purchased: how regularly, when in the year and for which festival

with

subjects as (

    select * from {{ ref('int_features__subjects') }}

),

days as (

    select
        subjects.subject_key,
        versions.ordered_on,
        versions.purchase_amount,
        festival_days.festival,
        festival_days.festival_on,
        subjects.start_3m_on,
        subjects.start_6m_on,
        subjects.start_9m_on,
        subjects.start_12m_on,
        subjects.start_24m_on,
        subjects.start_36m_on,
        {{ days_from(
            'lag(versions.ordered_on) over (
                partition by subjects.subject_key order by versions.ordered_on asc nulls last
            )',
            'versions.ordered_on'
        ) }} as gap_days
    from {{ ref('int_value__day_versions') }} as versions
    inner join subjects
        on
            versions.customer_id = subjects.customer_id
            and versions.valid_from_on <= subjects.as_of_on
            and versions.valid_to_on > subjects.as_of_on
    left join {{ ref('int_calendar__festival_days') }} as festival_days
        on versions.ordered_on = festival_days.date_on
    where versions.order_count > 0

),

festivals as (

    select
        subject_key,
        festival,
        sum(purchase_amount) as purchase_amount,
        count(distinct festival_on) as festival_years
    from days
    where
        festival is not null
        and ordered_on > start_36m_on
    group by subject_key, festival

),

main_festivals as (

    select
        festivals.*,
        row_number() over (
            partition by festivals.subject_key
            order by festivals.purchase_amount desc nulls last, festivals.festival asc
        ) as festival_rank
    from festivals

),

measured as (

    select
        subject_key,
        avg(gap_days) as mean_gap_days,
        -- two gaps at least
        sqrt({{ whole_variance('gap_days') }}) as gap_deviation,
        {{ first_filled('gap_days', 'ordered_on') }} as days_to_second_purchase,
        avg(case when {{ iso_day_of_week('ordered_on') }} >= 6 then 1.0 else 0.0 end) as weekend_share,
        max(case when ordered_on > start_3m_on then 1 else 0 end)
        + max(case when ordered_on > start_6m_on and ordered_on <= start_3m_on then 1 else 0 end)
        + max(case when ordered_on > start_9m_on and ordered_on <= start_6m_on then 1 else 0 end)
        + max(case when ordered_on > start_12m_on and ordered_on <= start_9m_on then 1 else 0 end)
            as active_quarters_12m,
        max(case when ordered_on > start_12m_on then 1 else 0 end)
        + max(case when ordered_on > start_24m_on and ordered_on <= start_12m_on then 1 else 0 end)
        + max(case when ordered_on > start_36m_on and ordered_on <= start_24m_on then 1 else 0 end)
            as active_years_36m,
        {%- for quarter in [1, 2, 3, 4] %}
        sum(case when extract(quarter from ordered_on) = {{ quarter }} then purchase_amount else 0 end)
            as amount_q{{ quarter }},
        {%- endfor %}
        sum(purchase_amount) as purchase_amount,
        sum(case when ordered_on > start_24m_on then purchase_amount else 0 end) as purchase_amount_24m,
        sum(case when ordered_on > start_24m_on and festival is not null then purchase_amount else 0 end)
            as festival_amount_24m
    from days
    group by subject_key

),

final as (

    select
        measured.subject_key,
        measured.mean_gap_days,
        measured.gap_deviation / nullif(measured.mean_gap_days, 0) as gap_variation,
        measured.days_to_second_purchase,
        measured.weekend_share,
        measured.active_quarters_12m,
        measured.active_years_36m,
        {%- for quarter in [1, 2, 3, 4] %}
        cast(measured.amount_q{{ quarter }} as double) / nullif(measured.purchase_amount, 0) as q{{ quarter }}_share,
        {%- endfor %}
        cast(measured.festival_amount_24m as double) / nullif(measured.purchase_amount_24m, 0) as festival_share_24m,
        main_festivals.festival as main_festival,
        coalesce(main_festivals.festival_years, 0) as main_festival_years
    from measured
    left join main_festivals
        on
            measured.subject_key = main_festivals.subject_key
            and main_festivals.festival_rank = 1

)

select * from final
