-- grain: one anomaly of the sales: a kind, a segment and the day since when

with

final as (

    select * from {{ ref('int_management__anomalies') }}

)

select * from final
