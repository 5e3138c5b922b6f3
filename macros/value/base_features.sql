{#-
  What is known of each customer who has ever purchased, as of each date of a relation: grain customer × as_of_on.
  Windows are (start, as of] in calendar months (SPEC 13.1). Nothing dated or netted after the date enters
  (int_value__day_versions; `days`: some of its rows). Histories, back-tests and rolling origins all read this.
-#}
{% macro base_features(dates, days=none) -%}
    -- cast back: an exact sum is twice as wide as what is summed
    select
        days.customer_id,
        dates.as_of_on,
        min(case when days.order_count > 0 then days.ordered_on end) as first_purchase_on,
        max(case when days.order_count > 0 then days.ordered_on end) as last_purchase_on,
        count(case when days.order_count > 0 then 1 end) as purchase_days,
        cast(sum(days.order_count) as bigint) as order_count,
        cast(sum(days.net_amount) as decimal(18, 2)) as net_amount,
        cast(sum(days.purchase_amount) as decimal(18, 2)) as purchase_amount,
        cast(sum(days.margin_amount) as decimal(18, 4)) as margin_amount,
        {%- for months in [3, 6, 12] %}
        {%- set recent = 'days.ordered_on > dates.start_' ~ months ~ 'm_on' %}
        cast(sum(case when {{ recent }} then days.order_count else 0 end) as bigint) as frequency_{{ months }}m,
        cast(sum(case when {{ recent }} then days.net_amount else 0 end) as decimal(18, 2))
            as net_amount_{{ months }}m,
        cast(sum(case when {{ recent }} then days.margin_amount else 0 end) as decimal(18, 4))
            as margin_amount_{{ months }}m,
        {%- endfor %}
        count(case when days.ordered_on > dates.start_12m_on and days.order_count > 0 then 1 end) as purchase_days_12m,
        min(case when days.ordered_on > dates.start_12m_on and days.order_count > 0 then days.ordered_on end)
            as first_purchase_12m_on,
        cast(sum(case when days.ordered_on > dates.start_24m_on then days.net_amount else 0 end) as decimal(18, 2))
            as net_amount_24m,
        cast(sum(case when days.ordered_on > dates.start_24m_on then days.gift_amount else 0 end) as decimal(18, 2))
            as gift_amount_24m
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
