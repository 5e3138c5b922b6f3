-- grain: one landed figure of a KPI that no system holds, typed, with the rules it breaks

-- A KPI is named by its code or by a label of kpi_catalog, and is one that the catalogue says comes in by file.

{% set rules = [
    ('missing_record_key', "named_kpi is null"),
    ('unknown_code', "named_kpi is not null and kpi is null"),
    ('invalid_time', "month_start_on is null"),
    ('time_after_landing', "month_start_on > landed_on"),
    before_first_day('stewardship', ['month_start_on']),
    ('invalid_amount', "figure is null"),
] %}

with

landed as (

    select * from {{ source('stewardship', 'manual_kpis') }}

),

names as (

    {%- for column in ['kpi', 'label_zh', 'label_en'] %}
    select
        lower({{ column }}) as name,
        min(kpi) as kpi
    from {{ ref('kpi_catalog') }}
    where is_manual
    group by lower({{ column }})
    {{ "union" if not loop.last }}
    {%- endfor %}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.kpi) as named_kpi,
        names.kpi,

        -- attributes
        {{ function('clean_text') }}(landed.source) as figure_source,
        {{ function('clean_text') }}(landed.owner) as owner,

        -- measures: exact, so that no text becomes NaN or infinity; a percentage is a share
        case
            when right({{ function('clean_text') }}(landed.value), 1) = '%'
                then try_cast(replace({{ function('clean_text') }}(landed.value), '%', '') as decimal(28, 6)) / 100
            else try_cast(replace({{ function('clean_text') }}(landed.value), ',', '') as decimal(28, 6))
        end as figure,

        -- dates
        {{ function('parse_month') }}(landed.month) as month_start_on
    from landed
    left join names
        on lower({{ function('clean_text') }}(landed.kpi)) = names.name

),

final as (

    {{ with_broken_rules('typed', rules, keys=['month_start_on', 'kpi']) }}

)

select * from final
