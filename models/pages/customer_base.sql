-- grain: one known customer

-- The toolkit's customer base, ready to be handed to people: what the customer is, last bought and is tagged with, and
-- who looks after it. Names are masked. Without an account owner the one of the customer's strategy is named.

{%- set columns = ['industry', 'behaviour', 'need'] %}

with

customers as (

    select * from {{ ref('customers') }}
    where is_known

),

half_year as (

    select
        customer_id,
        net_amount
    from {{ ref('customer_rfm') }}
    where window_months = 6

),

classes as (

    select
        customer_id,
        rfm_class,
        rfm_class_zh,
        rfm_class_en,
        action_group,
        action_group_zh,
        action_group_en
    from {{ ref('customer_rfm') }}
    where window_months = 12

),

bands as (

    select * from {{ ref('structure_bands') }}
    where dimension = 'annual_revenue'

),

catalog as (

    select
        registry.tag_code,
        registry.label_zh,
        registry.label_en,
        columns_of.workbook_column,
        row_number() over (order by registry.tag_code asc) as tag_number
    from {{ ref('tag_registry') }} as registry
    inner join {{ ref('workbook_tag_columns') }} as columns_of
        on registry.family = columns_of.family

),

-- one list each: a customer's tags are then positions in it, and labels are looked up once per customer
words as (

    select
        {{ ordered_list('label_zh', 'tag_number') }} as labels_zh,
        {{ ordered_list('label_en', 'tag_number') }} as labels_en
    from catalog

),

tags as (

    select
        {%- for column in columns %}
        {{ sorted_list("case when catalog.workbook_column = '" ~ column ~ "' then catalog.tag_number end") }}
            as {{ column }}_tags,
        {%- endfor %}
        {{ hashed_number('customer_tags.customer_id') }} as customer_number
    from {{ ref('customer_tags') }} as customer_tags
    inner join catalog
        on customer_tags.tag_code = catalog.tag_code
    group by {{ hashed_number('customer_tags.customer_id') }}

),

-- before anything is joined: the lists would go with every row
worded as (

    select
        {%- for language, separator in [('zh', '、'), ('en', ', ')] %}
        {%- for column in columns %}
        {{ list_as_text(list_pick('words.labels_' ~ language, 'tags.' ~ column ~ '_tags'), separator) }}
            as {{ column }}_tags_{{ language }},
        {%- endfor %}
        {%- endfor %}
        tags.customer_number
    from tags
    cross join words

),

final as (

    select
        cast(customers.customer_id as string) as customer_id,
        cast(customers.customer_kind as string) as customer_kind,
        cast(customers.display_name as string) as name_masked,
        {%- for language, separator in [('zh', '、'), ('en', ', ')] %}
        cast(industries.label_{{ language }} as string) as industry_{{ language }},
        cast(bands.label_{{ language }} as string) as revenue_band_{{ language }},
        cast(coalesce(divisions.label_{{ language }}, customers.country) as string) as region_{{ language }},
        cast(classes.action_group_{{ language }} as string) as action_group_{{ language }},
        cast(classes.rfm_class_{{ language }} as string) as rfm_class_{{ language }},
        {%- for column in columns %}
        cast(worded.{{ column }}_tags_{{ language }} as string) as {{ column }}_tags_{{ language }},
        {%- endfor %}
        cast(coalesce(customers.account_owner, owners.label_{{ language }}, assignments.owner) as string)
            as owner_{{ language }},
        {%- endfor %}
        cast(classes.action_group as string) as action_group,
        cast(classes.rfm_class as string) as rfm_class,
        cast(
            case
                when customers.account_owner is not null then 'account_owner'
                when assignments.owner is not null then 'strategy'
            end as string
        ) as owner_basis,
        cast(half_year.net_amount as decimal(18, 2)) as net_amount_6m,
        cast(customers.last_purchase_on as date) as last_purchase_on,
        cast(as_of.as_of_on as date) as as_of_on
    from customers
    cross join {{ ref('int_calendar__as_of') }} as as_of
    left join half_year
        on customers.customer_id = half_year.customer_id
    left join classes
        on customers.customer_id = classes.customer_id
    left join {{ ref('industries') }} as industries
        on customers.industry_code = industries.code
    left join bands
        on
            customers.annual_revenue >= bands.value_from
            and (bands.value_below is null or customers.annual_revenue < bands.value_below)
    left join {{ ref('administrative_divisions') }} as divisions
        on customers.province_code = divisions.code
    left join worded
        on {{ hashed_number('customers.customer_id') }} = worded.customer_number
    left join {{ ref('strategy_assignments') }} as assignments
        on customers.customer_id = assignments.customer_id
    left join {{ ref('report_owners') }} as owners
        on assignments.owner = owners.owner

)

select * from final
