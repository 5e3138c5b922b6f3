-- grain: one horizon, one method, one measure (net amount, purchase days) and all customers or a tenth of them

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
        count(*) over (partition by horizon_days, method, measure) as customer_count,
        predicted
        - {{ exact_mean('predicted', 'over (partition by horizon_days, method, measure)') }} as predicted_excess,
        actual
        - {{ exact_mean('actual', 'over (partition by horizon_days, method, measure)') }} as actual_excess
    from predictions

),

measured as (

    select
        horizon_days,
        method,
        measure,
        min(as_of_on) as as_of_on,
        min(customer_count) as customer_count,
        {{ exact_sum('predicted') }} as predicted_total,
        {{ exact_sum('actual') }} as actual_total,
        {{ exact_mean('predicted') }} as predicted_mean,
        {{ exact_mean('actual') }} as actual_mean,
        {{ exact_mean('abs(predicted - actual)') }} as mae,
        sqrt({{ exact_mean('power(predicted - actual, 2)', decimals=12) }}) as rmse,
        {{ exact_sum('predicted_excess * actual_excess', decimals=12) }} / nullif(
            sqrt({{ exact_sum('power(predicted_excess, 2)', decimals=12) }})
            * sqrt({{ exact_sum('power(actual_excess, 2)', decimals=12) }}),
            0
        ) as correlation,
        {{ exact_sum('case when predicted_rank <= ceil(customer_count / 10.0) then actual else 0 end') }}
            as top_decile_actual,
        {{ exact_sum('case when actual_rank <= ceil(customer_count / 10.0) then actual else 0 end') }}
            as top_decile_perfect,
        -- area under the curve of cumulated actuals, once sorted by the prediction and once by what happened
        {{ exact_sum('actual * (customer_count - predicted_rank + 0.5)') }} as predicted_area,
        {{ exact_sum('actual * (customer_count - actual_rank + 0.5)') }} as perfect_area
    from ranked
    group by horizon_days, method, measure

),

tenths as (

    select
        horizon_days,
        as_of_on,
        method,
        predicted_amount,
        cast(actual_amount as double) as actual_amount,
        ntile(10) over (
            partition by horizon_days, method order by predicted_amount desc nulls last, customer_id asc
        ) as decile
    from {{ ref('int_value__predictions') }}

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

populations as (

    select
        horizon_days,
        method,
        measure,
        'all' as population,
        as_of_on,
        customer_count,
        predicted_total,
        actual_total,
        predicted_mean,
        actual_mean,
        mae,
        rmse,
        correlation,
        top_decile_actual,
        top_decile_perfect,
        predicted_area,
        perfect_area
    from measured

    union all

    select
        horizon_days,
        method,
        'net_amount' as measure,
        'decile_' || cast(decile as string) as population,
        min(as_of_on) as as_of_on,
        count(*) as customer_count,
        {{ exact_sum('predicted_amount') }} as predicted_total,
        {{ exact_sum('actual_amount') }} as actual_total,
        {{ exact_mean('predicted_amount') }} as predicted_mean,
        {{ exact_mean('actual_amount') }} as actual_mean,
        null as mae,
        null as rmse,
        null as correlation,
        null as top_decile_actual,
        null as top_decile_perfect,
        null as predicted_area,
        null as perfect_area
    from tenths
    group by horizon_days, method, decile

),

final as (

    select
        cast(populations.horizon_days as integer) as horizon_days,
        cast(populations.method as string) as method,
        cast(populations.measure as string) as measure,
        cast(populations.population as string) as population,
        populations.method in ('past_rate', 'annualised') as is_naive,
        cast(populations.customer_count as bigint) as customer_count,
        cast(populations.predicted_total as double) as predicted_total,
        cast(populations.actual_total as double) as actual_total,
        cast(populations.predicted_mean as double) as predicted_mean,
        cast(populations.actual_mean as double) as actual_mean,
        cast(populations.predicted_total / nullif(populations.actual_total, 0) - 1 as double) as bias,
        cast(populations.mae as double) as mae,
        cast(populations.rmse as double) as rmse,
        cast(populations.correlation as double) as correlation,
        cast(populations.top_decile_actual / nullif(populations.actual_total, 0) as double) as top_decile_capture,
        cast(populations.top_decile_perfect / nullif(populations.actual_total, 0) as double) as top_decile_perfect,
        cast(
            (populations.predicted_area - populations.actual_total * populations.customer_count / 2)
            / nullif(populations.perfect_area - populations.actual_total * populations.customer_count / 2, 0) as double
        ) as normalised_gini,
        cast(seasons.season_factor as double) as season_factor_last_year,
        cast(populations.as_of_on as date) as as_of_on
    from populations
    left join seasons
        on populations.horizon_days = seasons.horizon_days

)

select * from final
