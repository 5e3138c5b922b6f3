-- grain: one horizon, one method and one measure (net amount, purchase days): how its predictions held

{%- set pairs = [
    ('net_amount', 'predicted_amount', 'actual_amount'),
    ('purchase_days', 'predicted_days', 'actual_days'),
] %}

with

predictions as (

    {%- for measure, predicted, actual in pairs %}
    select
        horizon_days,
        as_of_on,
        method,
        '{{ measure }}' as measure,
        customer_id,
        {{ predicted }} as predicted,
        cast({{ actual }} as double) as actual
    from {{ ref('int_value__predictions') }}
    where {{ predicted }} is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

ranked as (

    select
        *,
        row_number() over (
            partition by horizon_days, method, measure order by predicted desc nulls last, customer_id asc
        ) as predicted_rank,
        row_number() over (
            partition by horizon_days, method, measure order by actual desc nulls last, customer_id asc
        ) as actual_rank,
        count(*) over (partition by horizon_days, method, measure) as customer_count
    from predictions

),

measured as (

    select
        horizon_days,
        method,
        measure,
        min(as_of_on) as as_of_on,
        min(customer_count) as customer_count,
        sum(predicted) as predicted_total,
        sum(actual) as actual_total,
        avg(abs(predicted - actual)) as mae,
        sqrt(avg(power(predicted - actual, 2))) as rmse,
        corr(predicted, actual) as correlation,
        sum(case when predicted_rank <= ceil(customer_count / 10.0) then actual else 0 end) as top_decile_actual,
        sum(case when actual_rank <= ceil(customer_count / 10.0) then actual else 0 end) as top_decile_perfect,
        -- area under the curve of cumulated actuals, once sorted by the prediction and once by what happened
        sum(actual * (customer_count - predicted_rank + 0.5)) as predicted_area,
        sum(actual * (customer_count - actual_rank + 0.5)) as perfect_area
    from ranked
    group by horizon_days, method, measure

),

first_order as (

    select min(ordered_on) as ordered_on from {{ ref('int_orders__documents') }}

),

year_before as (

    -- only where the data reaches back so far
    select
        backtests.horizon_days,
        {{ months_before('backtests.as_of_on', 12) }} as as_of_on
    from {{ ref('int_value__backtests') }} as backtests
    inner join first_order
        on {{ months_before('backtests.as_of_on', 12) }} - backtests.horizon_days >= first_order.ordered_on

),

seasons as (

    -- what the same days of the year before sold against the days before them: 1 is no season
    select
        year_before.horizon_days,
        sum(case when days.ordered_on > year_before.as_of_on then days.purchase_amount end)
        / nullif(sum(case when days.ordered_on <= year_before.as_of_on then days.purchase_amount end), 0)
            as season_factor
    from year_before
    inner join {{ ref('int_value__day_versions') }} as days
        on
            days.valid_to_on = date '9999-12-31'
            and {{ add_days('year_before.as_of_on', '-year_before.horizon_days') }} < days.ordered_on
            and {{ add_days('year_before.as_of_on', 'year_before.horizon_days') }} >= days.ordered_on
    group by year_before.horizon_days

),

final as (

    select
        cast(measured.horizon_days as integer) as horizon_days,
        cast(measured.method as varchar) as method,
        cast(measured.measure as varchar) as measure,
        measured.method in ('past_rate', 'annualised') as is_naive,
        cast(measured.customer_count as bigint) as customer_count,
        cast(measured.predicted_total as double) as predicted_total,
        cast(measured.actual_total as double) as actual_total,
        cast(measured.predicted_total / nullif(measured.actual_total, 0) - 1 as double) as bias,
        cast(measured.mae as double) as mae,
        cast(measured.rmse as double) as rmse,
        cast(measured.correlation as double) as correlation,
        cast(measured.top_decile_actual / nullif(measured.actual_total, 0) as double) as top_decile_capture,
        cast(measured.top_decile_perfect / nullif(measured.actual_total, 0) as double) as top_decile_perfect,
        cast(
            (measured.predicted_area - measured.actual_total * measured.customer_count / 2)
            / nullif(measured.perfect_area - measured.actual_total * measured.customer_count / 2, 0) as double
        ) as normalised_gini,
        cast(seasons.season_factor as double) as season_factor_last_year,
        cast(measured.as_of_on as date) as as_of_on
    from measured
    left join seasons
        on measured.horizon_days = seasons.horizon_days

)

select * from final
