-- grain: one KPI in one month for one segment (`all`: the company), with its numerator and base

-- Figures of other marts become KPIs: they are read, not defined again. Segments of a kind add up to the company; a KPI
-- without segments has the row `all` alone.

with

measured as (

    {%- for area in ['sales', 'customers', 'marketing', 'service', 'quality', 'manual'] %}
    select
        kpi,
        month_start_on,
        segment_kind,
        segment,
        numerator,
        base
    from {{ ref('int_management__measures_' ~ area) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

final as (

    select measured.*
    from measured
    inner join {{ ref('int_management__months') }} as months
        on measured.month_start_on = months.month_start_on

)

select * from final
