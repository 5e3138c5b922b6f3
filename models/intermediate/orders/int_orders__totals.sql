-- grain: one order document that states a total or a component of one

-- How lines, discount, freight and tax of a document make its total (docs/decisions/0015). Exports differ: a discount
-- on the document may stand in the lines already, tax in the prices or on top, the total before refunds or after
-- them. Each document is read in every way that its components allow (`readings`); the way that makes the total
-- stands. Of several ways, and where none makes it, the one stands that other documents of the same source system
-- prove (`habits`), then the order of `chosen`.
--
-- Where no discount is stated but what the goods cost after it, the discount is what the lines are above that; lines
-- that are a hundred times as much are of the wrong scale.

with

policy as (

    select
        documents.tolerance_per_line,
        scales.factor
    from {{ ref('document_policy') }} as documents
    cross join {{ ref('amount_scale_policy') }} as scales

),

orders as (

    select
        source_system,
        source_order_id,
        original_source_order_id,
        document_kind,
        document_amount,
        goods_amount,
        order_discount_amount,
        freight_amount,
        tax_amount,
        refunded_amount,
        exchange_rate
    from {{ ref('int_orders__heads') }}

),

heads as (

    select
        source_system,
        source_order_id,
        document_kind,
        case when document_kind = 'return' then -1 else 1 end as direction,
        document_amount,
        abs(goods_amount) as goods_amount,
        abs(order_discount_amount) as discount_amount,
        -- negative on a sale is a correction; a return gives back
        case when document_kind = 'return' then abs(freight_amount) else freight_amount end as freight_amount,
        case when document_kind = 'return' then abs(tax_amount) else tax_amount end as tax_amount,
        refunded_amount,
        exchange_rate
    from orders
    where
        document_amount is not null
        or goods_amount is not null
        or order_discount_amount <> 0
        or freight_amount <> 0
        or tax_amount <> 0

),

-- returns of a document: those that name it, and those that were split off its number
return_heads as (

    select
        returned.source_system,
        returned.source_order_id,
        heads.source_order_id as original_source_order_id
    from heads
    inner join orders as returned
        on
            heads.source_system = returned.source_system
            and heads.source_order_id = returned.original_source_order_id
    where
        heads.document_kind = 'sale'
        and returned.document_kind = 'return'

    union

    select
        source_system,
        source_order_id || '-return' as source_order_id,
        source_order_id as original_source_order_id
    from heads
    where document_kind = 'sale'

),

wanted as (

    select
        source_system,
        source_order_id
    from heads

    union

    select
        source_system,
        source_order_id
    from return_heads

),

line_sums as (

    select
        items.source_system,
        items.source_order_id,
        count(*) as line_count,
        cast(sum(items.amount) as decimal(18, 2)) as lines_amount,
        sum(cast(items.amount / coalesce(scales.scale, 1) as decimal(18, 2))) as usual_amount
    from {{ ref('int_orders__items') }} as items
    inner join wanted
        on
            items.source_system = wanted.source_system
            and items.source_order_id = wanted.source_order_id
    left join {{ ref('int_orders__scale_lines') }} as scales
        on
            items.source_system = scales.source_system
            and items.source_order_id = scales.source_order_id
            and items.source_line_id = scales.source_line_id
    group by items.source_system, items.source_order_id

),

returned as (

    select
        return_heads.source_system,
        return_heads.original_source_order_id as source_order_id,
        -sum(coalesce(line_sums.lines_amount, least(orders.document_amount, 0))) as returned_amount
    from return_heads
    left join line_sums
        on
            return_heads.source_system = line_sums.source_system
            and return_heads.source_order_id = line_sums.source_order_id
    left join orders
        on
            return_heads.source_system = orders.source_system
            and return_heads.source_order_id = orders.source_order_id
    group by return_heads.source_system, return_heads.original_source_order_id

),

-- as on a sale, whatever the document is: positive
summed as (

    select
        heads.*,
        coalesce(heads.refunded_amount, returned.returned_amount, 0) as paid_back_amount,
        coalesce(line_sums.line_count, 0) as line_count,
        heads.direction * coalesce(line_sums.lines_amount, 0) as lines_amount,
        heads.direction * coalesce(line_sums.usual_amount, 0) as usual_amount,
        policy.tolerance_per_line * greatest(coalesce(line_sums.line_count, 0), 1)
        -- what was left over in the document's own currency, and what rounding total, discount, freight and tax adds
        + case
            when heads.exchange_rate is null then 0
            else cast(
                policy.tolerance_per_line
                * (4 + greatest(coalesce(line_sums.line_count, 0), 1) * cast(heads.exchange_rate as double))
                as decimal(18, 4)
            )
        end as tolerance,
        policy.factor
    from heads
    cross join policy
    left join line_sums
        on
            heads.source_system = line_sums.source_system
            and heads.source_order_id = line_sums.source_order_id
    left join returned
        on
            heads.source_system = returned.source_system
            and heads.source_order_id = returned.source_order_id

),

discounted as (

    select
        *,
        case
            when discount_amount is not null then discount_amount
            when
                lines_amount - goods_amount > tolerance
                and abs(lines_amount - factor * goods_amount) > factor * tolerance
                then lines_amount - goods_amount
        end as stated_discount_amount
    from summed

),

stated as (

    select
        source_system,
        source_order_id,
        direction,
        document_amount is not null as is_total_stated,
        direction * document_amount as total_amount,
        stated_discount_amount,
        freight_amount as stated_freight_amount,
        tax_amount as stated_tax_amount,
        coalesce(stated_discount_amount, 0) as discount_amount,
        coalesce(freight_amount, 0) as freight_amount,
        coalesce(tax_amount, 0) as tax_amount,
        paid_back_amount as refunded_amount,
        line_count,
        lines_amount,
        usual_amount,
        tolerance,
        factor
    from discounted

),

choices as (

    select 0 as is_taken

    union all

    select 1 as is_taken

),

readings as (

    select
        stated.*,
        discounts.is_taken as takes_discount,
        freights.is_taken as adds_freight,
        taxes.is_taken as adds_tax,
        refunds.is_taken as takes_refund,
        freights.is_taken * stated.freight_amount
        + taxes.is_taken * stated.tax_amount
        - discounts.is_taken * stated.discount_amount
        - refunds.is_taken * stated.refunded_amount as head_amount
    from stated
    inner join choices as discounts
        on discounts.is_taken = 0 or stated.discount_amount <> 0
    inner join choices as freights
        on freights.is_taken = 0 or stated.freight_amount <> 0
    inner join choices as taxes
        on taxes.is_taken = 0 or stated.tax_amount <> 0
    inner join choices as refunds
        on refunds.is_taken = 0 or (stated.refunded_amount <> 0 and stated.is_total_stated)

),

judged as (

    select
        *,
        lines_amount + head_amount as expected_amount,
        coalesce(abs(total_amount - lines_amount - head_amount) <= tolerance, false) as is_tied,
        coalesce(
            total_amount <> 0
            and lines_amount <> 0
            and (
                -- all of it in cents or the lines alone, the point slipped by a place less or more too
                {% for slip in ['factor', 'factor / 10', 'factor * 10'] -%}
                abs({{ slip }} * total_amount - lines_amount - head_amount) <= {{ slip }} * tolerance
                or abs({{ slip }} * (total_amount - head_amount) - lines_amount) <= {{ slip }} * tolerance
                or {% endfor -%}
                -- the total alone: not of one place, as lines that are lost leave a tenth too
                abs(total_amount - factor * (lines_amount + head_amount)) <= factor * tolerance
                or abs(total_amount - factor * lines_amount - head_amount) <= factor * tolerance
                -- some of the lines
                or (usual_amount <> lines_amount and abs(total_amount - usual_amount - head_amount) <= tolerance)
            ),
            false
        ) as is_scaled,
        coalesce(
            total_amount <> 0
            and lines_amount <> 0
            and abs(2 * (total_amount - head_amount) - lines_amount) <= 2 * tolerance,
            false
        ) as is_doubled
    from readings

),

documents as (

    select
        source_system,
        source_order_id,
        bool_or(is_tied) as is_tied,
        bool_or(is_scaled) as is_scaled,
        bool_or(is_doubled) as is_doubled,
        min(case when is_tied then takes_discount end) + max(case when is_tied then takes_discount end) - 1
            as discount_vote,
        min(case when is_tied then adds_freight end) + max(case when is_tied then adds_freight end) - 1 as freight_vote,
        min(case when is_tied then adds_tax end) + max(case when is_tied then adds_tax end) - 1 as tax_vote,
        min(case when is_tied then takes_refund end) + max(case when is_tied then takes_refund end) - 1 as refund_vote
    from judged
    group by source_system, source_order_id

),

-- votes of the documents that tie in one way alone: +1 in the sum, -1 out of it
habits as (

    select
        documents.source_system,
        sum(case when stated.discount_amount <> 0 then documents.discount_vote else 0 end) as discount_votes,
        sum(case when stated.freight_amount <> 0 then documents.freight_vote else 0 end) as freight_votes,
        sum(case when stated.tax_amount <> 0 then documents.tax_vote else 0 end) as tax_votes,
        sum(case when stated.refunded_amount <> 0 then documents.refund_vote else 0 end) as refund_votes
    from documents
    inner join stated
        on
            documents.source_system = stated.source_system
            and documents.source_order_id = stated.source_order_id
    group by documents.source_system

),

chosen as (

    select
        judged.*,
        row_number() over (
            partition by judged.source_system, judged.source_order_id
            order by
                case when judged.is_tied then 0 else 1 end asc,
                case when habits.discount_votes * (2 * judged.takes_discount - 1) < 0 then 1 else 0 end
                + case when habits.freight_votes * (2 * judged.adds_freight - 1) < 0 then 1 else 0 end
                + case when habits.tax_votes * (2 * judged.adds_tax - 1) < 0 then 1 else 0 end
                + case when habits.refund_votes * (2 * judged.takes_refund - 1) < 0 then 1 else 0 end asc,
                judged.takes_discount desc,
                judged.adds_freight desc,
                judged.adds_tax desc,
                judged.takes_refund asc
        ) as reading_rank
    from judged
    inner join habits
        on judged.source_system = habits.source_system

),

gaps as (

    select
        chosen.*,
        concat(
            'lines',
            case when chosen.takes_discount = 1 then '-discount' else '' end,
            case when chosen.adds_freight = 1 then '+freight' else '' end,
            case when chosen.adds_tax = 1 then '+tax' else '' end,
            case when chosen.takes_refund = 1 then '-refund' else '' end
        ) as read_as,
        documents.is_scaled as is_scaled_somehow,
        documents.is_doubled as is_doubled_somehow,
        -- a return that has none gets lines of its total (int_orders__refund_lines)
        chosen.is_tied
        or (
            chosen.direction = -1
            and chosen.line_count = 0
            and chosen.total_amount > 0
            and lost_lines.source_order_id is null
        ) as has_no_gap,
        chosen.total_amount - chosen.expected_amount as gap_amount,
        chosen.line_count = 0 or lost_lines.source_order_id is not null as is_line_lost
    from chosen
    inner join documents
        on
            chosen.source_system = documents.source_system
            and chosen.source_order_id = documents.source_order_id
    left join {{ ref('int_orders__lost_lines') }} as lost_lines
        on
            chosen.source_system = lost_lines.source_system
            and chosen.source_order_id = lost_lines.source_order_id
    where chosen.reading_rank = 1

),

revenue as (

    select
        bool_or(component = 'discount' and in_revenue) as holds_discount,
        bool_or(component = 'freight' and in_revenue) as holds_freight,
        bool_or(component = 'tax' and in_revenue) as holds_tax
    from {{ ref('revenue_components') }}

),

final as (

    select
        gaps.source_system,
        gaps.source_order_id,
        gaps.line_count,
        gaps.direction * gaps.lines_amount as lines_amount,
        gaps.direction * gaps.total_amount as document_amount,
        gaps.direction * gaps.stated_discount_amount as order_discount_amount,
        gaps.direction * gaps.stated_freight_amount as freight_amount,
        gaps.direction * gaps.stated_tax_amount as tax_amount,
        gaps.refunded_amount,
        gaps.tolerance,
        case when gaps.is_tied then gaps.read_as end as ties_as,
        gaps.read_as,
        case
            when gaps.is_total_stated
                then gaps.direction * case when gaps.has_no_gap then 0 else gaps.gap_amount end
        end as document_gap,
        case
            when not gaps.is_total_stated then null
            when gaps.has_no_gap then 'none'
            when gaps.is_scaled_somehow then 'scale'
            when gaps.is_doubled_somehow then 'doubled_lines'
            when gaps.is_line_lost and gaps.gap_amount > 0 then 'lost_line'
            when gaps.discount_amount <> 0 and abs(abs(gaps.gap_amount) - gaps.discount_amount) <= gaps.tolerance
                then 'discount_on_head'
            when gaps.freight_amount <> 0 and abs(abs(gaps.gap_amount) - abs(gaps.freight_amount)) <= gaps.tolerance
                then 'freight'
            when gaps.tax_amount <> 0 and abs(abs(gaps.gap_amount) - abs(gaps.tax_amount)) <= gaps.tolerance
                then 'tax'
            else 'unexplained'
        end as gap_cause,
        -- what revenue takes off the lines, and what it adds to them
        gaps.direction * case
            when gaps.takes_discount = 1 and not revenue.holds_discount then -gaps.discount_amount
            when gaps.takes_discount = 0 and revenue.holds_discount then gaps.discount_amount
            else 0
        end as discount_change,
        gaps.direction * (
            case when gaps.adds_freight = 1 and revenue.holds_freight then gaps.freight_amount else 0 end
            + case
                when gaps.adds_tax = 1 and revenue.holds_tax then gaps.tax_amount
                when gaps.adds_tax = 0 and not revenue.holds_tax then -gaps.tax_amount
                else 0
            end
        ) as charge_change
    from gaps
    cross join revenue

)

select * from final
