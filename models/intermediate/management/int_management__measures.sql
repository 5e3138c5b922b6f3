-- grain: one KPI in one month for one segment (`all`: the company), with its numerator and base

-- One place where figures of other marts become KPIs: they are read, not defined again. Segments of a kind add up to
-- the company; a KPI without segments has the row `all` alone.

{%- set sales_kinds = ['all', 'region', 'channel', 'customer_group', 'value_tier'] %}
{%- set customer_kinds = ['all', 'region', 'customer_group', 'value_tier'] %}

with

months as (

    select * from {{ ref('int_management__months') }}

),

sales as (

    select
        *,
        'all' as "all"
    from {{ ref('int_management__sales') }}

),

customers as (

    select
        *,
        'all' as "all"
    from {{ ref('int_management__customers') }}

),

sold as (

    {%- for kind in sales_kinds %}
    {%- set column = '"all"' if kind == 'all' else kind %}
    select
        month_start_on,
        '{{ kind }}' as segment_kind,
        {%- for measure in [
            'revenue', 'margin', 'margin_base', 'purchases', 'purchase_amount', 'online_amount', 'new_customers'
        ] %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        {{ column }} as segment
    from sales
    group by month_start_on, {{ column }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

first_month as (

    select min(month_start_on) as month_start_on from months

),

growth as (

    -- a segment that sold in one of the two months alone counts too
    select
        months.month_start_on,
        sold.segment_kind,
        sold.segment,
        sum(case when sold.month_start_on = months.month_start_on then sold.revenue else -sold.revenue end)
            as numerator,
        sum(case when sold.month_start_on = months.year_before_on then sold.revenue else 0 end) as base
    from months
    inner join first_month
        on months.year_before_on >= first_month.month_start_on
    inner join sold
        on
            months.month_start_on = sold.month_start_on
            or months.year_before_on = sold.month_start_on
    where months.is_complete
    group by months.month_start_on, sold.segment_kind, sold.segment

),

stood as (

    {%- for kind in customer_kinds %}
    {%- set column = '"all"' if kind == 'all' else kind %}
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

campaigns as (

    {%- for kind, column in [('all', "'all'"), ('campaign_channel', "coalesce(channel, 'unknown')")] %}
    select
        month_start_on,
        '{{ kind }}' as segment_kind,
        {{ column }} as segment,
        sum(margin_amount) as margin_amount,
        sum(cost) as cost,
        sum(converted_count) as converted_count,
        sum(reached_count) as reached_count
    from {{ ref('campaign_months') }}
    group by month_start_on, {{ column }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

satisfaction as (

    select
        *,
        case dimension when 'province' then 'region' else dimension end as segment_kind
    from {{ ref('satisfaction_scores') }}
    where
        period_kind = 'month'
        and dimension in ('all', 'province', 'customer_group', 'value_tier')

),

service as (

    select
        *,
        case dimension when 'province' then 'region' else dimension end as segment_kind
    from {{ ref('service_performance') }}
    where dimension in ('all', 'province', 'customer_group', 'value_tier')

),

acquisition as (

    select
        month_start_on,
        sum(amount) as amount
    from {{ ref('input__spend') }}
    where purpose = 'acquisition'
    group by month_start_on

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
        sum(clv.leading_value) as numerator,
        count(clv.leading_value) as base
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

competitors as (

    {%- for kind, column in [('all', "'all'"), ('region', "coalesce(province_code, 'unknown')")] %}
    select
        month_start_on,
        '{{ kind }}' as segment_kind,
        {{ column }} as segment,
        sum(cast(case unit when '%' then value / 100 else value end as decimal(38, 9))) as numerator,
        count(*) as base
    from {{ ref('input__external_indicators') }}
    where
        indicator = 'competitor_share'
        and value is not null
    group by month_start_on, {{ column }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

scores as (

    -- what the last build of the month found
    select
        catalog.kpi,
        cast(date_trunc('month', history.as_of_on) as date) as month_start_on,
        history.numerator,
        history.denominator as base
    from {{ ref('scorecard_history') }} as history
    inner join {{ ref('kpi_catalog') }} as catalog
        on
            history.measure = catalog.quality_measure
            and history.entity = catalog.quality_entity
    where
        history.source_system = 'all'
        and history.status <> 'not_measured'
    qualify row_number() over (
        partition by catalog.kpi, date_trunc('month', history.as_of_on)
        order by history.as_of_on desc nulls last, history.build_id desc nulls last
    ) = 1

),

measured as (

    {%- for kpi, numerator, base in sales_kpis() %}
    select
        '{{ kpi }}' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast({{ numerator }} as double) as numerator,
        cast({{ base }} as double) as base
    from sold

    union all
    {% endfor %}
    select
        'revenue_growth' as kpi,
        month_start_on,
        segment_kind,
        segment,
        numerator,
        base
    from growth

    union all

    select
        'buyers' as kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        count(distinct customer_number) as numerator,
        null as base
    from {{ ref('int_orders__as_of') }}
    where
        is_purchase
        and is_known_customer
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
        {{ numerator }} as numerator,
        {{ base }} as base
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
        {{ numerator }} as numerator,
        {{ base }} as base
    from stood
    where was_active > 0

    union all
    {% endfor %}
    select
        'clv' as kpi,
        month_start_on,
        segment_kind,
        segment,
        numerator,
        base
    from values_of_customers

    union all

    select
        'renewal_rate' as kpi,
        cast(date_trunc('month', ended_on) as date) as month_start_on,
        'all' as segment_kind,
        'all' as segment,
        count(case when is_renewed then 1 end) as numerator,
        count(*) as base
    from {{ ref('contract_renewals') }}
    where counts_for_rate
    group by cast(date_trunc('month', ended_on) as date)

    union all

    select
        'save_rate' as kpi,
        latest.month_start_on,
        'all' as segment_kind,
        'all' as segment,
        results.saved_count as numerator,
        results.treated_count as base
    from {{ ref('intervention_results') }} as results
    inner join latest
        on results.as_of_on = latest.as_of_on
    where
        results.alert_level = 1
        and results.treatment = 'any'

    union all

    select
        'winback_rate' as kpi,
        cast(date_trunc('month', entered_on) as date) as month_start_on,
        'all' as segment_kind,
        'all' as segment,
        count(case when programme_state = 'won_back' then 1 end) as numerator,
        count(*) as base
    from {{ ref('winback_programme') }}
    group by date_trunc('month', entered_on)

    union all

    select
        'acquisition_cost' as kpi,
        sold.month_start_on,
        'all' as segment_kind,
        'all' as segment,
        acquisition.amount as numerator,
        sold.new_customers as base
    from sold
    inner join acquisition
        on sold.month_start_on = acquisition.month_start_on
    where sold.segment_kind = 'all'

    union all

    select
        'roi' as kpi,
        month_start_on,
        segment_kind,
        segment,
        margin_amount - coalesce(cost, 0) as numerator,
        cost as base
    from campaigns

    union all

    select
        'campaign_conversion' as kpi,
        month_start_on,
        segment_kind,
        segment,
        converted_count as numerator,
        reached_count as base
    from campaigns

    union all

    select
        'campaign_coverage' as kpi,
        months.month_start_on,
        'all' as segment_kind,
        'all' as segment,
        coverage.covered_count as numerator,
        coverage.consent_count as base
    from {{ ref('campaign_coverage') }} as coverage
    inner join months
        on coverage.as_of_on = months.as_of_on

    union all

    select
        measure as kpi,
        period_start_on as month_start_on,
        segment_kind,
        member as segment,
        case measure when 'nps' then promoter_count - detractor_count else satisfied_count end as numerator,
        answer_count as base
    from satisfaction
    where measure in ('nps', 'csat')

    union all
    {% for kpi, numerator, base in [
        ('response_hours', 'response_hours_sum', 'response_count'),
        ('complaint_resolution_days', 'complaint_resolution_days_sum', 'complaint_resolution_count'),
        ('complaint_resolution_rate', 'complaint_resolution_count', 'complaint_count'),
    ] %}
    select
        '{{ kpi }}' as kpi,
        month_start_on,
        segment_kind,
        member as segment,
        {{ numerator }} as numerator,
        {{ base }} as base
    from service

    union all
    {% endfor %}
    select
        'response_hours_high' as kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        response_hours_sum as numerator,
        response_count as base
    from service
    where
        segment_kind = 'value_tier'
        and member = 'high'

    union all

    select
        'self_service' as kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        numerator,
        base
    from {{ ref('self_service_rates') }}
    where
        measure = 'platform_usage'
        and status = 'measured'

    union all

    select
        'competitor_share' as kpi,
        month_start_on,
        segment_kind,
        segment,
        numerator,
        base
    from competitors

    union all

    select
        kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        numerator,
        base
    from scores

),

final as (

    select
        measured.kpi,
        measured.month_start_on,
        measured.segment_kind,
        measured.segment,
        cast(measured.numerator as double) as numerator,
        cast(measured.base as double) as base
    from measured
    inner join months
        on measured.month_start_on = months.month_start_on

)

select * from final
