-- grain: one month, one KPI and one segment of one kind

-- Numerators and bases of the segments of a kind add up to the company's in kpi_monthly.

with

figures as (

    select * from {{ ref('int_management__values') }}
    where segment_kind <> 'all'

),

months as (

    select
        month_start_on,
        is_complete,
        case when is_complete then year_before_on end as year_before_on
    from {{ ref('int_management__months') }}

),

final as (

    select
        cast(figures.month_start_on as date) as month_start_on,
        cast(figures.kpi as string) as kpi,
        cast(figures.segment_kind as string) as segment_kind,
        cast(figures.segment as string) as segment,
        {{ member_label('figures.segment', 'labels.label_zh', 'zh') }} as segment_zh,
        {{ member_label('figures.segment', 'labels.label_en', 'en') }} as segment_en,
        cast(catalog.unit as string) as unit,
        cast(months.is_complete as boolean) as is_complete,
        cast(figures.numerator as double) as numerator,
        cast(figures.base as double) as base,
        cast(figures.value as double) as value,
        cast({{ signed_share('figures.numerator', exact_sum(
            'figures.numerator', 'over (partition by figures.month_start_on, figures.kpi, figures.segment_kind)'
        )) }} as double) as share_of_numerator,
        cast(year_before.value as double) as last_year_value
    from figures
    inner join {{ ref('kpi_catalog') }} as catalog
        on figures.kpi = catalog.kpi
    inner join months
        on figures.month_start_on = months.month_start_on
    left join figures as year_before
        on
            months.year_before_on = year_before.month_start_on
            and figures.kpi = year_before.kpi
            and figures.segment_kind = year_before.segment_kind
            and figures.segment = year_before.segment
    left join {{ ref('int_management__segment_labels') }} as labels
        on
            figures.segment_kind = labels.segment_kind
            and figures.segment = labels.segment

)

select * from final
