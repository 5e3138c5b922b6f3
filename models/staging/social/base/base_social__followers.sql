-- grain: one landed follower account, typed, with the rules it breaks

{#- Staff write 刘德华13812345678 or 刘总 138 1234 5678: what looks like a number is the phone, the rest is the name. #}
{%- set number = '[+]?[0-9][0-9 -]{6,}[0-9]' %}

with

landed as (

    select * from {{ source('social', 'followers') }}

),

remarked as (

    select
        *,
        {{ fold_width('remark_name') }} as remark
    from landed

),

divided as (

    select
        *,
        nullif(regexp_extract(remark, '{{ number }}', 0), '') as remark_phone,
        {{ regexp_replace_all('remark', number, ' ') }} as remark_text
    from remarked

),

typed as (

    select
        {{ lineage_columns('divided') }},
        divided._landed_at as landed_at,
        {{ landed_content('social', 'followers', 'divided') }} as landed_content,
        {{ region_text(['divided.province', 'divided.city']) }} as region_text,

        -- keys
        nullif(trim(divided.follower_id), '') as source_customer_id,
        nullif(trim(divided.unionid), '') as unionid,

        -- attributes
        {{ name_clean('divided.remark_text') }} as name,
        {{ name_honorific('divided.remark_text') }} as name_honorific,
        {{ name_note('divided.remark_text') }} as name_note,
        {{ name_script('divided.remark_text') }} as name_script,
        {{ phone('divided.remark_phone') }} as phone,
        coalesce(
            {{ phone_reason('divided.remark_phone') }},
            case when divided.remark_phone is null then 'missing' end
        ) as phone_reason,
        {{ gender('divided.gender') }} as gender,

        -- timestamps
        {{ parse_utc('divided.followed_at_utc') }} as followed_at,
        {{ parse_utc('divided.unfollowed_at_utc') }} as unfollowed_at
    from divided

),

regions as (

    {{ match_regions('typed', 'region_text') }}

),

checked as (

    select
        typed.*,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status() }} as region_status,
        {{ compact_list([
            ('missing_record_key', "typed.source_customer_id is null"),
        ]) }} as own_rules
    from typed
    left join regions
        on typed.region_text = regions.address

),

compared as (

    select
        *,
        {{ compare_versions(['source_customer_id']) }}
    from checked

),

final as (

    select
        {{ with_version_rules([
            ('conflicting_row', "landed_content <> latest_content"),
            ('repeated_row', "copy_number > 1"),
        ], working=['region_text']) }}
    from compared

)

select * from final
