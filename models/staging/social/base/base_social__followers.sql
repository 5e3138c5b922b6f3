-- grain: one landed follower account, typed, with the rules it breaks

{#- Staff write 刘德华13812345678 or 刘总 138 1234 5678: what looks like a number is the phone, the rest the name. #}
{% set number = '[+]?[0-9][0-9 -]{6,}[0-9]' %}
{% set remark_phone = "nullif(regexp_extract(landed.remark, '" ~ number ~ "', 0), '')" %}
{% set remark_name = regexp_replace_all('landed.remark', number, ' ') %}
{% set rules = [
    ('missing_record_key', "source_customer_id is null"),
    ('invalid_time', "has_unreadable_time"),
    ('time_after_landing', "cast(first_seen_at as date) > landed_on or cast(last_seen_at as date) > landed_on"),
] %}

with

landed as (

    select
        *,
        {{ place_text(['province', 'city']) }} as place,
        {{ fold_width('remark_name') }} as remark
    from {{ source('social', 'followers') }}

),

regions as (

    {{ match_regions('landed', 'place') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ clean_text('landed.follower_id') }} as source_customer_id,
        {{ clean_text('landed.unionid') }} as unionid,

        -- attributes: companies follow nobody here
        'person' as record_kind,
        {{ name_clean(remark_name) }} as name,
        {{ name_honorific(remark_name) }} as name_honorific,
        {{ name_note(remark_name) }} as name_note,
        {{ name_script(remark_name) }} as name_script,
        {{ phone(remark_phone) }} as phone,
        coalesce(
            {{ phone_reason(remark_phone) }},
            case when {{ remark_phone }} is null then 'missing' end
        ) as phone_reason,
        {{ gender('landed.gender') }} as gender,
        regions.province_code,
        regions.city_code,
        regions.district,
        {{ region_status('landed.city') }} as region_status,

        -- flags
        {{ is_unreadable('landed.followed_at_utc', parse_utc('landed.followed_at_utc')) }}
        or {{ is_unreadable('landed.unfollowed_at_utc', parse_utc('landed.unfollowed_at_utc')) }}
            as has_unreadable_time,

        -- timestamps
        {{ parse_utc('landed.followed_at_utc') }} as first_seen_at,
        {{ parse_utc('landed.unfollowed_at_utc') }} as last_seen_at
    from landed
    left join regions
        on landed.place = regions.address

),

final as (

    select
        *,
        {{ broken_rules(versioned_rules(rules, keys=['source_customer_id'])) }}
    from typed

)

select * from final
