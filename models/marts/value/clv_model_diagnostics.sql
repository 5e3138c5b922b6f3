-- grain: one purchase model at an as-of date: how well its fit holds

with

models as (

    select * from {{ ref('int_value__purchase_models') }}

),

as_of_dates as (

    select * from {{ ref('int_value__as_of_dates') }}

),

statuses as (

    select * from {{ ref('purchase_model_statuses') }}

),

final as (

    select
        models.as_of_on,
        cast(models.model as varchar) as model,
        cast(models.status as varchar) as status,
        cast(statuses.label_zh as varchar) as status_zh,
        cast(statuses.label_en as varchar) as status_en,
        cast(as_of_dates.is_latest as boolean) as is_latest,
        cast(models.is_scoring as boolean) as is_scoring,
        cast(models.is_dropout_identified as boolean) as is_dropout_identified,
        cast(models.a / (models.a + models.b) as double) as mean_dropout,
        cast(models.customer_count as bigint) as customer_count,
        cast(models.repeat_customer_count as bigint) as repeat_customer_count,
        cast(models.left_out_count as bigint) as left_out_count,
        cast(models.group_count as bigint) as group_count,
        cast(models.log_likelihood as double) as log_likelihood,
        cast(models.log_likelihood_gain as double) as log_likelihood_gain,
        cast(models.frequency_amount_correlation as double) as frequency_amount_correlation,
        cast(models.gradient_norm as double) as gradient_norm,
        cast(models.evaluation_count as bigint) as evaluation_count
    from models
    inner join as_of_dates
        on models.as_of_on = as_of_dates.as_of_on
    inner join statuses
        on models.status = statuses.status

)

select * from final
