-- grain: one area of one kind, placed by its value and efficiency where enough customers are active

-- Cut at the quantile of the policy over the areas placed; a value on the cut belongs above (SPEC 13.15). Who has too
-- few active customers, no value or no campaign cost, and customers without an area, is not placed. Efficiency is what
-- campaigns added where hold-outs measure it in every area to be placed of the kind, else what is attributed: the two
-- cannot be compared with each other.

with

policy as (

    select * from {{ ref('management_policy') }}

),

candidates as (

    select
        areas.*,
        policy.cut_quantile,
        areas.active_customers < policy.minimum_active as is_low_base,
        areas.active_customers >= policy.minimum_active
        and areas.area <> 'unknown'
        and areas.clv_per_active is not null
        and areas.attributed_roi is not null as is_placed
    from {{ ref('int_management__areas') }} as areas
    cross join policy

),

bases as (

    select
        area_kind,
        case
            when min(case when is_placed then case when incremental_roi is null then 0 else 1 end end) = 1
                then 'incremental'
            else 'attributed_only'
        end as efficiency_basis
    from candidates
    group by area_kind

),

areas as (

    select
        candidates.*,
        bases.efficiency_basis,
        case bases.efficiency_basis
            when 'incremental' then candidates.incremental_roi
            else candidates.attributed_roi
        end as efficiency
    from candidates
    inner join bases
        on candidates.area_kind = bases.area_kind

),

ranked as (

    select
        *,
        row_number() over (partition by area_kind order by clv_per_active asc nulls last, area asc) as value_rank,
        row_number() over (partition by area_kind order by efficiency asc nulls last, area asc) as efficiency_rank,
        count(*) over (partition by area_kind) as placed_count
    from areas
    where is_placed

),

cuts as (

    select
        area_kind,
        {{ ranked_quantile('clv_per_active', 'value_rank', 'placed_count', 'cut_quantile') }} as value_cut,
        {{ ranked_quantile('efficiency', 'efficiency_rank', 'placed_count', 'cut_quantile') }} as efficiency_cut
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
        areas.attributed_roi,
        areas.incremental_margin,
        areas.measured_cost,
        areas.incremental_roi,
        areas.efficiency,
        areas.efficiency_basis,
        cuts.value_cut,
        cuts.efficiency_cut
    from areas
    left join cuts
        on areas.area_kind = cuts.area_kind
    left join {{ ref('maturity_quadrants') }} as quadrants
        on
            areas.is_placed
            and (areas.clv_per_active >= cuts.value_cut) = quadrants.is_high_value
            and (areas.efficiency >= cuts.efficiency_cut) = quadrants.is_high_efficiency

)

select * from final
