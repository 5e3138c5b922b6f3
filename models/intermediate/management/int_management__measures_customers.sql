-- grain: one KPI of customers in one month for one segment (`all`: the company), with its numerator and base

{%- set kinds = ['all', 'region', 'customer_group', 'value_tier'] %}

with

months as (

    select * from {{ ref('int_management__months') }}

),

customers as (

    select
        *,
        'all' as everything
    from {{ ref('int_management__customers') }}

),

stood as (

    {%- for kind in kinds %}
    {%- set column = 'everything' if kind == 'all' else kind %}
    select
        month_start_on,
        '{{ kind }}' as segment_kind,
        {{ column }} as segment,
        sum(standing) as standing,
        sum(active) as active,
        sum(repeated) as repeated,
        sum(interacted) as interacted,
        sum(dormant) as dormant,
        sum(activated) as activated,
        sum(was_active) as was_active,
        sum(kept) as kept,
        sum(case when value_tier = 'high' then was_active else 0 end) as was_high,
        sum(case when value_tier = 'high' then kept else 0 end) as kept_high
    from customers
    group by month_start_on, {{ column }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

latest as (

    select
        month_start_on,
        as_of_on
    from months
    qualify row_number() over (order by month_start_on desc nulls last) = 1

),

values_of_customers as (

    {%- for kind, column in [
        ('all', "'all'"),
        ('region', "coalesce(profiles.province_code, profiles.country, 'unknown')"),
        ('customer_group', "coalesce(states.customer_group, 'unknown')"),
        ('value_tier', "coalesce(states.value_tier, 'unknown')"),
    ] %}
    select
        latest.month_start_on,
        '{{ kind }}' as segment_kind,
        {{ column }} as segment,
        sum(clv.lifetime_value) as numerator,
        count(clv.lifetime_value) as base
    from {{ ref('customer_clv') }} as clv
    inner join latest
        on clv.as_of_on = latest.as_of_on
    inner join {{ ref('int_value__customer_states') }} as states
        on
            clv.customer_id = states.customer_id
            and latest.as_of_on = states.as_of_on
            and states.frequency_12m > 0
    left join {{ ref('int_customers__profiles') }} as profiles
        on clv.customer_id = profiles.customer_id
    group by latest.month_start_on, {{ column }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

buyers as (

    select
        month_start_on,
        is_purchase,
        is_known_customer,
        customer_number as customer_id
    from {{ ref('int_orders__as_of') }}

),

final as (

    -- customers are told apart by whole months, not by the cells of sales
    select
        'buyers' as kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(count(distinct {{ var('measures').buyers }}) as double) as numerator,
        cast(null as double) as base
    from buyers
    group by month_start_on

    union all
    {% for kpi, numerator, base in [
        ('active_customers', 'active', 'null'),
        ('repurchase_rate', 'repeated', 'active'),
        ('interaction_rate', 'interacted', 'active'),
        ('activation_rate', 'activated', 'dormant'),
    ] %}
    select
        '{{ kpi }}' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast({{ numerator }} as double) as numerator,
        cast({{ base }} as double) as base
    from stood
    where
        standing > 0
        {%- if kpi == 'interaction_rate' %}
        and exists (select 1 from {{ ref('input__interactions') }})
        {%- endif %}

    union all
    {% endfor %}
    {%- for kpi, numerator, base in [
        ('retention_rate', 'kept', 'was_active'),
        ('churn_rate', 'was_active - kept', 'was_active'),
        ('retention_high', 'kept_high', 'was_high'),
    ] %}
    select
        '{{ kpi }}' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast({{ numerator }} as double) as numerator,
        cast({{ base }} as double) as base
    from stood
    where was_active > 0

    union all
    {% endfor %}
    select
        'clv' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast(numerator as double) as numerator,
        cast(base as double) as base
    from values_of_customers

    union all

    select
        'renewal_rate' as kpi,
        cast(date_trunc('month', ended_on) as date) as month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(count(case when is_renewed then 1 end) as double) as numerator,
        cast(count(*) as double) as base
    from {{ ref('contract_renewals') }}
    where counts_for_rate
    group by cast(date_trunc('month', ended_on) as date)

    union all

    select
        -- a warning is judged in the month in which its last treatment could have saved
        'save_rate' as kpi,
        cast(date_trunc('month', saved_until_on) as date) as month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(count(case when is_saved then 1 end) as double) as numerator,
        cast(count(treated_on) as double) as base
    from {{ ref('int_churn__treatments') }}
    where
        alert_level = 1
        and treatment = 'any'
    group by date_trunc('month', saved_until_on)

    union all

    select
        -- a lapse is judged in the month in which its programme ends
        'winback_rate' as kpi,
        cast(date_trunc('month', ends_on) as date) as month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(count(case when programme_state = 'won_back' then 1 end) as double) as numerator,
        cast(count(*) as double) as base
    from {{ ref('winback_programme') }}
    where ends_on <= as_of_on
    group by date_trunc('month', ends_on)

)

select * from final
