-- grain: one purchase that a campaign is given credit for: the one whose touch was the last before the order

-- A touch is a message sent, opened or clicked. It counts for orders up to the end of the campaign and the days of the
-- policy (SPEC 13.10). Each order is given once.

with

-- the dates come with the contact: held against orders alone, each campaign would meet each order
contacts as (

    select
        contacts.*,
        campaigns.started_on,
        campaigns.attributed_until_on
    from {{ ref('int_marketing__contacts') }} as contacts
    inner join {{ ref('int_marketing__campaigns') }} as campaigns
        on contacts.campaign_id = campaigns.campaign_id

),

buyers as (

    select * from {{ ref('int_marketing__buyers') }}

),

orders as (

    select * from {{ ref('int_marketing__orders') }}

),

policy as (

    select counts_same_day from {{ ref('attribution_policy') }}

),

touches as (

    {%- for event, weight in [('sent', 1), ('opened', 2), ('clicked', 3)] %}
    {%- for column in [event ~ '_at', 'last_' ~ event ~ '_at'] %}
    select
        campaign_id,
        customer_id,
        '{{ event }}' as touch,
        {{ weight }} as touch_weight,
        {{ column }} as touched_at,
        started_on,
        attributed_until_on
    from contacts
    where
        {{ column }} is not null
        {%- if column.startswith('last_') %}
        and {{ column }} > {{ event }}_at
        {%- endif %}
    {{ "union all" if not (event == 'clicked' and loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

candidates as (

    select
        orders.order_number,
        buyers.buyer_id as customer_id,
        orders.ordered_on,
        orders.net_amount,
        orders.margin_amount,
        touches.campaign_id,
        touches.customer_id as contact_id,
        touches.touch,
        touches.touched_at,
        row_number() over (
            partition by orders.order_number
            order by
                touches.touched_at desc nulls last, touches.touch_weight desc,
                touches.started_on desc nulls last, touches.campaign_id asc, touches.customer_id asc
        ) as touch_rank
    from touches
    inner join buyers
        on
            touches.campaign_id = buyers.campaign_id
            and touches.customer_id = buyers.customer_id
    inner join orders
        on
            {{ hashed_number('buyers.buyer_id') }} = orders.customer_number
            and touches.attributed_until_on >= orders.ordered_on
    cross join policy
    where {{ touch_precedes_order('touches.touched_at', 'orders.ordered_at', 'policy.counts_same_day') }}

),

final as (

    select
        order_number,
        customer_id,
        campaign_id,
        contact_id,
        touch,
        touched_at,
        ordered_on,
        net_amount,
        margin_amount
    from candidates
    where touch_rank = 1

)

select * from final
