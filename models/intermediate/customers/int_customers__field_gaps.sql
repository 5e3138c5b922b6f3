-- grain: one empty core field of one customer record whose source system keeps that field

-- A gap has a reason. A field that is empty in few of a source's records is filled: by a correction that the business
-- sent in, else by the most frequent value of the same source, kind of record and province. One that is empty in many
-- is never filled but is to be verified. A code that no list knows (`unmapped`) is a gap that only a correction fills:
-- a frequent value would hide it.

{% set fields = [
    ('name', none),
    ('phone', 'phone_reason'),
    ('email', 'email_reason'),
    ('birth_date', 'birth_date_reason'),
    ('gender', none),
    ('city_code', none),
    ('address', none),
    ('income_band', none),
    ('industry_code', none),
    ('credit_code', 'credit_code_reason'),
] %}

with

customers as (

    select
        *,
        coalesce(record_kind, 'person') as kind
    from {{ ref('input__customers') }}

),

policy as (

    select * from {{ ref('missing_value_policy') }}

),

records as (

    select
        source_system,
        kind,
        count(*) as record_count
    from customers
    group by source_system, kind

),

values_by_field as (

    {% for field, reason in fields -%}
    select
        source_system,
        source_customer_id,
        kind,
        province_code,
        '{{ field }}' as field,
        cast({{ field }} as string) as value,
        case
            when cast({{ field }} as string) = 'unmapped' then 'invalid'
            when {{ field }} is not null then null
            when contains(missing_reasons, '{{ field }}=')
                then split_part(split_part(missing_reasons, '{{ field }}=', 2), ',', 1)
            {%- if reason %}
            when {{ reason }} <> 'missing' then 'invalid'
            {%- endif %}
        end as missing_reason
    from customers
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

gaps as (

    select
        *,
        count(*) over (partition by source_system, kind, field) as gap_count
    from values_by_field
    where missing_reason is not null

),

frequent_values as (

    select
        source_system,
        kind,
        province_code,
        field,
        value,
        row_number() over (
            partition by source_system, kind, province_code, field
            order by count(*) desc, value asc
        ) as frequency_rank
    from values_by_field
    where
        value is not null
        and value <> 'unmapped'
    group by source_system, kind, province_code, field, value

),

-- as people write a city: 杭州市 or 杭州
cities as (

    select
        label_zh as name,
        code
    from {{ ref('administrative_divisions') }}
    where level = 'city'

    union all

    select
        left(label_zh, length(label_zh) - 1) as name,
        code
    from {{ ref('administrative_divisions') }}
    where
        level = 'city'
        and right(label_zh, 1) = '市'

),

corrections as (

    select
        corrections.corrected_system,
        corrections.corrected_record_id,
        policy.field,
        coalesce(cities.code, corrections.new_value) as value,
        row_number() over (
            partition by corrections.corrected_system, corrections.corrected_record_id, policy.field
            order by corrections.requested_at desc nulls last, corrections.source_correction_id desc
        ) as recency_rank
    from {{ ref('input__corrections') }} as corrections
    inner join policy
        on corrections.column_name = policy.source_column
    left join cities
        on case when policy.field = 'city_code' then corrections.new_value end = cities.name

),

judged as (

    select
        gaps.source_system,
        gaps.source_customer_id,
        gaps.field,
        gaps.missing_reason,
        gaps.gap_count / cast(records.record_count as double) as missing_share,
        gaps.gap_count < policy.max_missing_share * records.record_count as may_be_filled,
        corrections.value as corrected_value,
        case when policy.fill_method = 'mode' and gaps.value is null then frequent_values.value end as frequent_value
    from gaps
    inner join policy
        on gaps.field = policy.field
    inner join records
        on
            gaps.source_system = records.source_system
            and gaps.kind = records.kind
    left join corrections
        on
            gaps.source_system = corrections.corrected_system
            and gaps.source_customer_id = corrections.corrected_record_id
            and gaps.field = corrections.field
            and corrections.recency_rank = 1
    left join frequent_values
        on
            gaps.source_system = frequent_values.source_system
            and gaps.kind = frequent_values.kind
            and coalesce(gaps.province_code, '') = coalesce(frequent_values.province_code, '')
            and gaps.field = frequent_values.field
            and frequent_values.frequency_rank = 1

),

final as (

    select
        source_system,
        source_customer_id,
        field,
        missing_reason,
        case
            when not may_be_filled then 'to_verify'
            when coalesce(corrected_value, frequent_value) is not null then 'filled'
            else 'open'
        end as handling,
        case
            when not may_be_filled then null
            when corrected_value is not null then 'correction'
            when frequent_value is not null then 'mode'
        end as fill_method,
        case when may_be_filled then coalesce(corrected_value, frequent_value) end as filled_value,
        missing_share
    from judged

)

select * from final
