-- grain: one area of one kind, placed by its value and efficiency where enough customers are active

-- Cut at the quantile of the policy over the areas placed; a value on the cut belongs above (SPEC 13.15). Who has too
-- few active customers, no value or no campaign cost, and customers without an area, is not placed.

with

policy as (

    select * from {{ ref('management_policy') }}

),

areas as (

    select
        areas.*,
        policy.cut_quantile,
        areas.active_customers < policy.minimum_active as is_low_base,
        areas.active_customers >= policy.minimum_active
        and areas.area <> 'unknown'
        and areas.clv_per_active is not null
        and areas.roi is not null as is_placed
    from {{ ref('int_management__areas') }} as areas
    cross join policy

),

ranked as (

    select
        *,
        row_number() over (partition by area_kind order by clv_per_active asc nulls last, area asc) as value_rank,
        row_number() over (partition by area_kind order by roi asc nulls last, area asc) as efficiency_rank,
        count(*) over (partition by area_kind) as placed_count
    from areas
    where is_placed

),

cuts as (

    select
        area_kind,
        {{ ranked_quantile('clv_per_active', 'value_rank', 'placed_count', 'cut_quantile') }} as value_cut,
        {{ ranked_quantile('roi', 'efficiency_rank', 'placed_count', 'cut_quantile') }} as efficiency_cut
    from ranked
    group by area_kind

),

final as (

    select
        areas.area_kind,
        areas.area,
        areas.is_low_base,
        areas.is_placed,
        quadrants.quadrant,
        quadrants.label_zh as quadrant_zh,
        quadrants.label_en as quadrant_en,
        quadrants.advice_zh,
        quadrants.advice_en,
        areas.active_customers,
        areas.clv_total,
        areas.clv_per_active,
        areas.campaign_cost,
        areas.campaign_margin,
        areas.roi,
        cuts.value_cut,
        cuts.efficiency_cut
    from areas
    left join cuts
        on areas.area_kind = cuts.area_kind
    left join {{ ref('maturity_quadrants') }} as quadrants
        on
            areas.is_placed
            and (areas.clv_per_active >= cuts.value_cut) = quadrants.is_high_value
            and (areas.roi >= cuts.efficiency_cut) = quadrants.is_high_efficiency

)

select * from final
