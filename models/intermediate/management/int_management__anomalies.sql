-- grain: one anomaly of the sales: a kind, a segment and the day since when

with

as_of as (

    select as_of_on from {{ ref('int_calendar__as_of') }}

),

found as (

    select
        anomaly_kind,
        segment,
        since_on,
        until_on,
        actual_count,
        expected_count,
        amount,
        evidence
    from {{ ref('int_management__sign_runs') }}

    union all

    select
        'silent_store' as anomaly_kind,
        store_code as segment,
        since_on,
        until_on,
        0 as actual_count,
        expected_count,
        amount,
        evidence
    from {{ ref('int_management__silent_stores') }}

),

final as (

    select
        cast(found.anomaly_kind as string) as anomaly_kind,
        cast(kinds.label_zh as string) as anomaly_kind_zh,
        cast(kinds.label_en as string) as anomaly_kind_en,
        cast(kinds.segment_kind as string) as segment_kind,
        cast(segment_kinds.label_zh as string) as segment_kind_zh,
        cast(segment_kinds.label_en as string) as segment_kind_en,
        cast(found.segment as string) as segment,
        cast(coalesce(products.product_name, found.segment) as string) as segment_label,
        cast({{ days_from('found.since_on', 'found.until_on') }} + 1 as integer) as day_count,
        cast(coalesce(found.until_on = as_of.as_of_on, false) as boolean) as is_open,
        cast(found.actual_count as bigint) as actual_count,
        cast(found.expected_count as double) as expected_count,
        cast(found.amount as decimal(18, 2)) as amount,
        cast(found.evidence as double) as evidence,
        cast(found.since_on as date) as since_on,
        cast(found.until_on as date) as until_on,
        cast(as_of.as_of_on as date) as as_of_on
    from found
    cross join as_of
    inner join {{ ref('anomaly_kinds') }} as kinds
        on found.anomaly_kind = kinds.anomaly_kind
    inner join {{ ref('segment_kinds') }} as segment_kinds
        on kinds.segment_kind = segment_kinds.segment_kind
    left join {{ ref('products') }} as products
        on
            kinds.segment_kind = 'product'
            and found.segment = products.product_id

)

select * from final
