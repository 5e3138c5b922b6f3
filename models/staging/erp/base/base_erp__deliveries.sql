-- grain: one landed delivery, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "source_delivery_id is null"),
    ('missing_order_number', "source_order_id is null"),
    ('time_after_landing', "cast(shipped_at as date) > landed_on or cast(delivered_at as date) > landed_on"),
    before_first_day('erp', ['promised_at', 'shipped_at', 'delivered_at']),
    ('orphan_line', "source_order_id is not null and not is_head_landed"),
    ('order_quarantined', "is_head_landed and not is_head_accepted"),
] %}
{% set region_code = function('clean_text') ~ '(landed.region_code)' %}

with

landed as (

    select * from {{ source('erp', 'deliveries') }}

),

heads as (

    select
        source_order_id,
        max(case when {{ list_is_empty('broken_rules') }} then 1 else 0 end) as accepted_heads
    from {{ ref('base_erp__orders') }}
    where source_order_id is not null
    group by source_order_id

),

divisions as (

    {{ divisions_by_code() }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.delivery_no) as source_delivery_id,
        {{ function('clean_text') }}(landed.order_no) as source_order_id,

        -- attributes
        {{ function('clean_text') }}(landed.carrier) as carrier,
        {{ code_or_unmapped('divisions.province_code', region_code) }} as province_code,
        {{ code_or_unmapped('divisions.city_code', region_code) }} as city_code,

        -- timestamps
        cast({{ function('parse_date') }}(landed.promised_on) as timestamp) as promised_at,
        {{ function('parse_timestamp') }}(landed.shipped_on) as shipped_at,
        {{ function('parse_timestamp') }}(landed.delivered_on) as delivered_at
    from landed
    left join divisions
        on {{ function('clean_text') }}(landed.region_code) = divisions.code

),

extended as (

    select
        typed.*,
        heads.source_order_id is not null as is_head_landed,
        coalesce(heads.accepted_heads = 1, false) as is_head_accepted
    from typed
    left join heads
        on typed.source_order_id = heads.source_order_id

),

final as (

    {{ with_broken_rules('extended', rules, keys=['source_delivery_id']) }}

)

select * from final
