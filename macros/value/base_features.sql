{#-
  What is known of each customer who has ever purchased, as of each date of a relation: grain customer × as_of_on.
  Windows are (start, as of] in calendar months (SPEC 13.1). Nothing dated or netted after the date enters
  (int_value__day_versions; `days`: some of its rows). Histories, back-tests and rolling origins all read this.
-#}
{% macro base_features(dates, days=none) -%}
    select
        days.customer_id,
        dates.as_of_on,
        min(case when days.order_count > 0 then days.ordered_on end) as first_purchase_on,
        max(case when days.order_count > 0 then days.ordered_on end) as last_purchase_on,
        count(case when days.order_count > 0 then 1 end) as purchase_days,
        sum(days.order_count) as order_count,
        sum(days.net_amount) as net_amount,
        sum(days.purchase_amount) as purchase_amount,
        sum(days.margin_amount) as margin_amount,
        {{ first_filled('case when days.order_count > 0 then days.purchase_amount end', 'days.ordered_on') }}
            as first_day_amount,
        {{ first_filled('case when days.order_count > 0 then days.margin_amount end', 'days.ordered_on') }}
            as first_day_margin,
        {%- for months in [3, 6, 12] %}
        {%- set recent = 'days.ordered_on > dates.start_' ~ months ~ 'm_on' %}
        sum(case when {{ recent }} then days.order_count else 0 end) as frequency_{{ months }}m,
        sum(case when {{ recent }} then days.net_amount else 0 end) as net_amount_{{ months }}m,
        sum(case when {{ recent }} then days.margin_amount else 0 end) as margin_amount_{{ months }}m,
        {%- endfor %}
        count(case when days.ordered_on > dates.start_12m_on and days.order_count > 0 then 1 end) as purchase_days_12m,
        min(case when days.ordered_on > dates.start_12m_on and days.order_count > 0 then days.ordered_on end)
            as first_purchase_12m_on,
        sum(case when days.ordered_on > dates.start_24m_on then days.net_amount else 0 end) as net_amount_24m,
        sum(case when days.ordered_on > dates.start_24m_on then days.gift_amount else 0 end) as gift_amount_24m
    from {{ days or ref('int_value__day_versions') }} as days
    inner join (
        select
            as_of_on,
            {%- for months in [3, 6, 12, 24] %}
            {{ months_before('as_of_on', months) }} as start_{{ months }}m_on{{ "," if not loop.last }}
            {%- endfor %}
        from {{ dates }}
    ) as dates
        on
            days.valid_from_on <= dates.as_of_on
            and days.valid_to_on > dates.as_of_on
    group by days.customer_id, dates.as_of_on
    having sum(days.order_count) > 0
{%- endmacro %}
