-- grain: one KPI of marketing or the market in one month for one segment (`all`: the company), numerator and base

with

months as (

    select * from {{ ref('int_management__months') }}

),

first_purchases as (

    select
        month_start_on,
        sum(new_customers) as new_customers
    from {{ ref('int_management__sales') }}
    group by month_start_on

),

acquisition as (

    select
        month_start_on,
        sum(amount) as amount
    from {{ ref('input__spend') }}
    where purpose = 'acquisition'
    group by month_start_on

),

campaigns as (

    {%- for kind, segment in [('all', "'all'"), ('campaign_channel', "coalesce(channel, 'unknown')")] %}
    select
        *,
        '{{ kind }}' as segment_kind,
        {{ segment }} as segment
    from {{ ref('campaign_months') }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

consented_purpose as (

    select consent_purpose from {{ ref('activation_policy') }}

),

consents as (

    select
        consents.customer_id,
        consents.valid_from_on,
        consents.valid_to_on
    from {{ ref('int_marketing__consents') }} as consents
    inner join consented_purpose
        on consents.purpose = consented_purpose.consent_purpose
    where consents.is_granted

),

-- whoever had no consent for any channel on the day of a message of a campaign
messages as (

    select
        contacts.campaign_id,
        contacts.customer_id,
        cast(date_trunc('month', contacts.sent_at) as date) as month_start_on,
        count(consents.customer_id) > 0 as has_consent
    from {{ ref('int_marketing__contacts') }} as contacts
    left join consents
        on
            contacts.customer_id = consents.customer_id
            and consents.valid_from_on <= cast(contacts.sent_at as date)
            and consents.valid_to_on > cast(contacts.sent_at as date)
    where
        contacts.sent_at is not null
        -- where no system keeps consents nobody knows who had none
        and exists (select 1 from {{ ref('int_marketing__consents') }})
    group by contacts.campaign_id, contacts.customer_id, date_trunc('month', contacts.sent_at)

),

contacted as (

    select
        month_start_on,
        count(distinct customer_id) as customer_count,
        count(distinct case when not has_consent then customer_id end) as without_consent_count
    from messages
    group by month_start_on

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

final as (

    select
        'acquisition_cost' as kpi,
        first_purchases.month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(acquisition.amount as double) as numerator,
        cast(first_purchases.new_customers as double) as base
    from first_purchases
    inner join acquisition
        on first_purchases.month_start_on = acquisition.month_start_on

    union all
    select
        'roi' as kpi,
        month_start_on,
        segment_kind,
        segment,
        {{ exact_sum(var('measures').incremental_return, decimals=9) }} as numerator,
        cast(sum(measured_cost) as double) as base
    from campaigns
    where measured_cost is not null
    group by month_start_on, segment_kind, segment

    union all
    {% for kpi, numerator, base in [
        ('attributed_roi', var('measures').campaign_return, 'cost'),
        ('campaign_conversion', 'converted_count', 'reached_count'),
    ] %}
    select
        '{{ kpi }}' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast(sum({{ numerator }}) as double) as numerator,
        cast(sum({{ base }}) as double) as base
    from campaigns
    group by month_start_on, segment_kind, segment

    union all
    {% endfor %}
    select
        'campaign_coverage' as kpi,
        months.month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(coverage.covered_count as double) as numerator,
        cast(coverage.consent_count as double) as base
    from {{ ref('campaign_coverage') }} as coverage
    inner join months
        on coverage.as_of_on = months.as_of_on

    union all

    select
        'reached_without_consent' as kpi,
        month_start_on,
        'all' as segment_kind,
        'all' as segment,
        cast(without_consent_count as double) as numerator,
        cast(customer_count as double) as base
    from contacted

    union all

    select
        'competitor_share' as kpi,
        month_start_on,
        segment_kind,
        segment,
        cast(numerator as double) as numerator,
        cast(base as double) as base
    from competitors

)

select * from final
