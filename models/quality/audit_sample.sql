-- grain: one field of one customer record drawn for audit by people in one month

-- Keys and where to look, no personal value. Once published, the draw of a month stays; the draw itself follows from
-- the keys and the month, so that it does not matter when or how often it is made.

with

earlier as (

    select * from {{ ref('stg_state__audit_sample') }}

),

current_month as (

    select cast(date_trunc('month', as_of_on) as date) as audit_month
    from {{ ref('int_calendar__as_of') }}

),

policy as (

    select * from {{ ref('audit_policy') }}

),

audit_fields as (

    select * from {{ ref('audit_fields') }}

),

customers as (

    select
        *,
        {{ customer_record_key('source_system', 'source_customer_id') }} as record_id
    from {{ ref('input__customers') }}

),

ranked as (

    select
        current_month.audit_month,
        customers.*,
        row_number() over (
            order by
                md5(customers.record_id || '|' || cast(current_month.audit_month as string)) asc,
                customers.record_id asc
        ) as draw_rank
    from customers
    cross join current_month
    where not exists (
        select 1
        from earlier
        where earlier.audit_month = current_month.audit_month
    )

),

drawn as (

    select ranked.*
    from ranked
    cross join policy
    where ranked.draw_rank <= policy.records_per_month

),

origins as (

    select * from {{ ref('customer_origins') }}

),

located as (

    select
        drawn.record_id,
        origins.source_file,
        origins.source_sheet,
        origins.source_row,
        row_number() over (
            partition by drawn.record_id
            order by
                origins.landed_on desc nulls last,
                origins.source_file desc nulls last,
                origins.source_sheet desc nulls last,
                origins.source_row desc nulls last
        ) as recency_rank
    from drawn
    inner join origins
        on
            drawn.source_system = origins.source_system
            and drawn.source_customer_id = origins.source_customer_id

),

new_draw as (

    select
        drawn.audit_month,
        drawn.record_id,
        audit_fields.field,
        drawn.source_system,
        located.source_file,
        located.source_sheet,
        located.source_row,
        audit_fields.label_zh,
        audit_fields.label_en,
        audit_fields.check_zh,
        audit_fields.check_en
    from drawn
    -- of an empty field there is nothing to check
    inner join audit_fields on {{ is_field_filled('audit_fields.field', 'drawn') }}
    left join located
        on
            drawn.record_id = located.record_id
            and located.recency_rank = 1

),

final as (

    select * from earlier

    union all

    select * from new_draw

)

select * from final
