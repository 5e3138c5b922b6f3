-- grain: one as-of date: the net amounts of 12 months from which a customer is A or B

-- A while those who bought more have less than the policy's share of the sum, so equal amounts share the better class.

with

amounts as (

    select
        as_of_on,
        net_amount_12m,
        sum(net_amount_12m) as amount_of_equals
    from {{ ref('int_value__base_features') }}
    where net_amount_12m > 0
    group by as_of_on, net_amount_12m

),

cumulated as (

    select
        as_of_on,
        net_amount_12m,
        (
            sum(amount_of_equals) over (
                partition by as_of_on order by net_amount_12m desc nulls last
                rows between unbounded preceding and current row
            ) - amount_of_equals
        ) / cast(sum(amount_of_equals) over (partition by as_of_on) as double) as share_before
    from amounts

),

shares as (

    select
        max(case when abc_class = 'A' then share_before_below end) as a_share,
        max(case when abc_class = 'B' then share_before_below end) as b_share
    from {{ ref('abc_classes') }}

),

final as (

    select
        cumulated.as_of_on,
        min(case when cumulated.share_before < shares.a_share then cumulated.net_amount_12m end) as a_from,
        min(case when cumulated.share_before < shares.b_share then cumulated.net_amount_12m end) as b_from
    from cumulated
    cross join shares
    group by cumulated.as_of_on

)

select * from final
