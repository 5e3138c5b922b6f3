-- grain: one month, province, indicator and subject

with

external_indicators as (

    {{ accepted(ref('base_marketing__external_indicators')) }}

),

final as (

    select
        month_start_on,
        province_code,
        indicator,
        subject,
        unit,
        note,
        value,
        landed_on
    from external_indicators

)

select * from final
