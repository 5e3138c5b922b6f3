-- grain: one core, with what its records know together

with

records as (

    select
        cores.core_key,
        records.*
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__cores') }} as cores
        on records.record_key = cores.record_key

),

final as (

    select
        core_key,
        min(customer_kind) as customer_kind,
        count(name_key) > 0 as is_named,
        -- a core holds one value of these, or it breaks a rule that the guard looks after
        min(unionid) as unionid,
        min(id_number_hash) as id_number_hash,
        min(credit_code) as credit_code,
        min(gender) as gender,
        min(birth_date) as birth_date,
        min(birth_year) as birth_year,
        -- people move: only a core of one city says where it is
        case when min(city_code) = max(city_code) then min(city_code) end as city_code,
        min(first_seen_on) as first_seen_on,
        max(last_seen_on) as last_seen_on
    from records
    group by core_key

)

select * from final
