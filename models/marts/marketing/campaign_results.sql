-- grain: one campaign that had begun by the as-of date

-- What the campaign added by its hold-out (campaign_increments) and, beside it, sales by last touch, each order once
-- (int_marketing__attributions): sales attributed are not sales caused. The suggestion reads the increment where it is
-- measured: its upper bound for what is too low, the figure itself for what is high enough. Else `return_basis` says
-- that attribution alone stands behind it.

with

campaigns as (

    select * from {{ ref('int_marketing__campaigns') }}

),

lists as (

    select
        campaign_id,
        count(*) as target_count,
        count(case when arm = 'control' then 1 end) as held_out_count
    from {{ ref('int_marketing__contacts') }}
    group by campaign_id

),

totals as (

    select
        campaign_id,
        sum(cost) as cost,
        max(cost_basis) as cost_basis,
        {%- for figure in ['touch', 'reached', 'opened', 'clicked', 'converted', 'order'] %}
        sum({{ figure }}_count) as {{ figure }}_count,
        {%- endfor %}
        sum(revenue) as revenue,
        sum(margin_amount) as margin_amount
    from {{ ref('int_marketing__campaign_months') }}
    group by campaign_id

),

-- all treated arms together where there are several
experiments as (

    select *
    from {{ ref('campaign_experiments') }}
    where compared_with = 'control'
    qualify row_number() over (
        partition by campaign_id order by case when arm = 'treated' then 0 else 1 end asc, arm asc
    ) = 1

),

measured as (

    select
        campaigns.*,
        coalesce(lists.target_count, 0) as target_count,
        coalesce(lists.held_out_count, 0) as held_out_count,
        {%- for figure in ['touch', 'reached', 'converted', 'order'] %}
        coalesce(totals.{{ figure }}_count, 0) as {{ figure }}_count,
        {%- endfor %}
        -- unknown where no system tells of it
        case when delivered.has_opens then coalesce(totals.opened_count, 0) end as opened_count,
        case when delivered.has_clicks then coalesce(totals.clicked_count, 0) end as clicked_count,
        totals.cost,
        totals.cost_basis,
        coalesce(totals.revenue, 0) as revenue,
        coalesce(totals.margin_amount, 0) as margin_amount,
        coalesce(totals.revenue, 0) / nullif(totals.cost, 0) as return_ratio,
        (coalesce(totals.margin_amount, 0) - totals.cost) / nullif(totals.cost, 0) as attributed_roi,
        increments.status as increment_status,
        {%- for figure in ['orders', 'revenue', 'margin', 'return_ratio', 'roi'] %}
        {%- for side in ['', '_from', '_to'] %}
        increments.incremental_{{ figure }}{{ side }},
        {%- endfor %}
        {%- endfor %}
        case when increments.incremental_return_ratio is null then 'attributed_only' else 'incremental' end
            as return_basis,
        coalesce(increments.incremental_return_ratio, coalesce(totals.revenue, 0) / nullif(totals.cost, 0))
            as judged_ratio,
        coalesce(increments.incremental_return_ratio_to, coalesce(totals.revenue, 0) / nullif(totals.cost, 0))
            as judged_ratio_to,
        case when delivered.has_opens then totals.opened_count end
        / cast(nullif(totals.reached_count, 0) as double) as open_rate,
        experiments.uplift,
        experiments.uplift_from,
        experiments.uplift_to,
        experiments.reading
    from campaigns
    cross join {{ ref('int_features__delivered_columns') }} as delivered
    left join lists
        on campaigns.campaign_id = lists.campaign_id
    left join totals
        on campaigns.campaign_id = totals.campaign_id
    left join experiments
        on campaigns.campaign_id = experiments.campaign_id
    left join {{ ref('campaign_increments') }} as increments
        on
            increments.dimension = 'campaign'
            and campaigns.campaign_id = increments.member

),

-- the first row of the policy that holds; an empty condition always does
suggested as (

    select
        measured.campaign_id,
        rules.suggestion,
        rules.label_zh,
        rules.label_en
    from measured
    inner join {{ ref('campaign_suggestions') }} as rules
        on
            (rules.is_over is null or measured.is_over = rules.is_over)
            and (rules.reading is null or measured.reading = rules.reading)
            and (rules.return_ratio_from is null or measured.judged_ratio >= rules.return_ratio_from)
            and (rules.return_ratio_below is null or measured.judged_ratio_to < rules.return_ratio_below)
            and (rules.open_rate_from is null or measured.open_rate >= rules.open_rate_from)
            and (rules.open_rate_below is null or measured.open_rate < rules.open_rate_below)
    qualify row_number() over (partition by measured.campaign_id order by rules.test_order asc nulls last) = 1

),

labels as (

    select * from {{ ref('int_marketing__code_labels') }}

),

final as (

    select
        -- keys
        cast(measured.campaign_id as string) as campaign_id,

        -- attributes
        cast(measured.campaign_code as string) as campaign_code,
        cast(measured.campaign_name as string) as campaign_name,
        cast(measured.target_group as string) as target_group,
        cast(targets.label_zh as string) as target_group_zh,
        cast(targets.label_en as string) as target_group_en,
        cast(measured.scene as string) as scene,
        {%- for list, column in [('content_type', 'content_type'), ('marketing_channel', 'channel')] %}
        cast(measured.{{ column }} as string) as {{ column }},
        cast({{ column }}_labels.label_zh as string) as {{ column }}_zh,
        cast({{ column }}_labels.label_en as string) as {{ column }}_en,
        {%- endfor %}
        cast(measured.owner as string) as owner,
        cast(measured.is_joint as boolean) as is_joint,
        cast(measured.is_acquisition as boolean) as is_acquisition,
        cast(measured.is_over as boolean) as is_over,

        -- measures
        cast(measured.target_count as bigint) as target_count,
        cast(measured.held_out_count as bigint) as held_out_count,
        cast(measured.reached_count as bigint) as reached_count,
        cast(measured.touch_count as bigint) as touch_count,
        cast(measured.opened_count as bigint) as opened_count,
        cast(measured.clicked_count as bigint) as clicked_count,
        cast(measured.converted_count as bigint) as converted_count,
        cast(measured.order_count as bigint) as order_count,
        cast(measured.open_rate as double) as open_rate,
        cast(measured.clicked_count / cast(nullif(measured.reached_count, 0) as double) as double) as click_rate,
        cast(measured.converted_count / cast(nullif(measured.target_count, 0) as double) as double)
            as conversion_rate_target,
        cast(measured.converted_count / cast(nullif(measured.reached_count, 0) as double) as double)
            as conversion_rate_reached,
        cast(measured.cost as decimal(18, 2)) as cost,
        cast(measured.cost_basis as string) as cost_basis,
        cast(measured.cost / nullif(measured.converted_count, 0) as decimal(18, 2)) as cost_per_conversion,
        cast(measured.cost / nullif(measured.touch_count, 0) as decimal(18, 2)) as cost_per_touch,
        cast(measured.revenue as decimal(18, 2)) as revenue,
        cast(measured.margin_amount as decimal(18, 2)) as margin_amount,
        cast(measured.return_ratio as double) as return_ratio,
        cast(measured.attributed_roi as double) as attributed_roi,
        {%- for figure in ['orders', 'revenue', 'margin', 'return_ratio', 'roi'] %}
        {%- for side in ['', '_from', '_to'] %}
        cast(measured.incremental_{{ figure }}{{ side }} as double) as incremental_{{ figure }}{{ side }},
        {%- endfor %}
        {%- endfor %}
        cast(measured.increment_status as string) as increment_status,
        cast(measured.return_basis as string) as return_basis,
        cast(return_basis_labels.label_zh as string) as return_basis_zh,
        cast(return_basis_labels.label_en as string) as return_basis_en,
        cast(measured.uplift as double) as uplift,
        cast(measured.uplift_from as double) as uplift_from,
        cast(measured.uplift_to as double) as uplift_to,
        cast(measured.reading as string) as uplift_reading,
        cast(suggested.suggestion as string) as suggestion,
        cast(suggested.label_zh as string) as suggestion_zh,
        cast(suggested.label_en as string) as suggestion_en,

        -- dates
        cast(measured.started_on as date) as started_on,
        cast(measured.ended_on as date) as ended_on,
        cast(measured.attributed_until_on as date) as attributed_until_on,
        cast(measured.as_of_on as date) as as_of_on
    from measured
    left join suggested
        on measured.campaign_id = suggested.campaign_id
    left join {{ ref('campaign_targets') }} as targets
        on measured.target_group = targets.target_group
    {%- for list, column in [
        ('content_type', 'content_type'), ('marketing_channel', 'channel'), ('return_basis', 'return_basis'),
    ] %}
    left join labels as {{ column }}_labels
        on
            {{ column }}_labels.list_code = '{{ list }}'
            and measured.{{ column }} = {{ column }}_labels.code
    {%- endfor %}

)

select * from final
