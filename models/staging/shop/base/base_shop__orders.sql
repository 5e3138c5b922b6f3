-- grain: one landed shop order, typed, with the rules it breaks

{% set rules = [
    ('missing_order_number', "source_order_id is null"),
    ('invalid_amount', "document_amount is null"),
    ('invalid_order_time', "ordered_at is null"),
    ('order_after_landing', "cast(ordered_at as date) > landed_on"),
    before_first_day('shop', ['ordered_at', 'paid_at']),
    ('negative_amount_not_return', "document_amount < 0"),
] %}

with

landed as (

    select
        *,
        {{ place_text(['receiver_province', 'receiver_city', 'receiver_district'], 'receiver_address') }} as place
    from {{ source('shop', 'orders') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.order_id) as source_order_id,
        {{ function('clean_text') }}(landed.user_id) as source_customer_id,
        {{ function('clean_text') }}(landed.pickup_store_code) as store_code,
        {{ function('clean_text') }}(landed.coupon_no) as coupon_no,
        {{ function('clean_text') }}(landed.campaign_code) as campaign_code,

        -- attributes; what is no app and no mini-program is the web shop
        'sale' as document_kind,
        case
            when lower({{ function('clean_text') }}(landed.platform)) in ('app', 'mini_program')
                then lower({{ function('clean_text') }}(landed.platform))
            else 'web_shop'
        end as channel,
        lower({{ function('clean_text') }}(landed.platform)) as platform,
        lower({{ function('clean_text') }}(landed.status)) as status,
        {{ function('clean_text') }}(landed.purpose) as purpose,
        regions.province_code,
        regions.city_code,

        -- flags
        {{ function('parse_boolean') }}(landed.is_gift) as is_gift,

        -- measures
        {{ function('fen_as_yuan') }}(landed.pay_fen) as document_amount,

        -- timestamps
        {{ function('parse_timestamp') }}(landed.created_at) as ordered_at,
        {{ function('parse_timestamp') }}(landed.paid_at) as paid_at
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    {{ with_broken_rules('typed', rules, keys=['source_order_id'], one_document={
        'number': 'source_order_id', 'agree': ['cast(ordered_at as date)', 'store_code'],
        'agree_in_a_load': ['source_customer_id']
    }) }}

)

select * from final
