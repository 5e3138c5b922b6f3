-- grain: one measure for one scope, held against its threshold

with

other_measures as (

    select * from {{ ref('measures_input') }}

    union all

    select * from {{ ref('measures_facts') }}

    union all

    select * from {{ ref('measures_orders') }}

    union all

    select * from {{ ref('measures_documents') }}

    union all

    select * from {{ ref('measures_customers') }}

    union all

    select * from {{ ref('measures_fields') }}

    union all

    select * from {{ ref('measures_duplicates') }}

    union all

    select * from {{ ref('measures_audit') }}

),

others as (

    {{ rated('other_measures') }}

),

final as (

    select * from {{ ref('scorecard_landing') }}

    union all

    select * from others

)

select * from final
