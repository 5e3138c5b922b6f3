-- grain: one year of the last purchase and one root cause: why those who have lapsed left, year on year

with

causes as (

    select
        causes.customer_id,
        causes.as_of_on,
        causes.cause,
        cast(extract(year from causes.last_purchase_on) as integer) as last_year
    from {{ ref('int_churn__causes') }} as causes
    where causes.is_lapsed

),

silent as (

    select
        customer_id,
        is_silent_churn
    from {{ ref('customer_churn_risk') }}

),

counted as (

    select
        causes.as_of_on,
        causes.last_year,
        causes.cause,
        count(*) as customer_count,
        count(case when silent.is_silent_churn then 1 end) as silent_count,
        count(silent.is_silent_churn) as judged_count,
        sum(count(*)) over (partition by causes.last_year) as year_count
    from causes
    inner join silent
        on causes.customer_id = silent.customer_id
    group by causes.as_of_on, causes.last_year, causes.cause

),

shares as (

    select
        *,
        customer_count / cast(year_count as double) as share
    from counted

),

final as (

    select
        cast(shares.last_year as integer) as last_year,
        cast(shares.cause as string) as root_cause,
        cast(labels.label_zh as string) as root_cause_zh,
        cast(labels.label_en as string) as root_cause_en,
        cast(shares.customer_count as bigint) as customer_count,
        cast(shares.share as double) as share,
        cast(shares.share - earlier.share as double) as change,
        cast(labels.reference_share as double) as reference_share,
        cast(shares.silent_count / cast(nullif(shares.judged_count, 0) as double) as double) as silent_share,
        cast(shares.as_of_on as date) as as_of_on
    from shares
    inner join {{ ref('churn_causes') }} as labels
        on shares.cause = labels.cause
    left join shares as earlier
        on
            shares.last_year - 1 = earlier.last_year
            and shares.cause = earlier.cause

)

select * from final
