-- grain: one model at an as-of date, with its fit and whether it scores customers

with

fits as (

    select
        *,
        bool_or(model = 'bg_nbd' and status = 'fitted') over (partition by as_of_on) as has_dropout
    from {{ ref('int_value__purchase_model_fits') }}

),

final as (

    -- without identified drop-out nobody is known to leave: NBD is the model that holds
    select
        as_of_on,
        cast(model as string) as model,
        cast(status as string) as status,
        cast(status = 'fitted' and not (model = 'nbd' and has_dropout) as boolean) as is_scoring,
        cast(is_dropout_identified as boolean) as is_dropout_identified,
        {%- for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'v'] %}
        cast({{ parameter }} as double) as {{ parameter }},
        cast({{ parameter }}_standard_error as double) as {{ parameter }}_standard_error,
        {%- endfor %}
        cast(customer_count as bigint) as customer_count,
        cast(repeat_customer_count as bigint) as repeat_customer_count,
        cast(left_out_count as bigint) as left_out_count,
        cast(group_count as bigint) as group_count,
        cast(log_likelihood as double) as log_likelihood,
        cast(log_likelihood_gain as double) as log_likelihood_gain,
        cast(frequency_amount_correlation as double) as frequency_amount_correlation,
        cast(gradient_norm as double) as gradient_norm,
        cast(evaluation_count as bigint) as evaluation_count
    from fits

)

select * from final
