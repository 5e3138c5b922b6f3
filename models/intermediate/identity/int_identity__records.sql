-- grain: one customer record of a source system, as identity resolution compares it

with

customers as (

    select
        *,
        -- a source that does not say: a company's name alone is a company, everything else a person
        coalesce(
            record_kind, case when company_name is not null and name is null then 'organisation' else 'person' end
        ) as customer_kind
    from {{ ref('input__customers') }}

),

named as (

    select
        *,
        {{ customer_record_key('source_system', 'source_customer_id') }} as record_id,
        case when customer_kind = 'organisation' then company_name else name end as compared_name,
        -- *霞红, 黄*红: a mask hides a part of the name; somebody stands in its place to find the rest
        contains(name, '*') as is_starred,
        {{ function('surname_length') }}(replace(name, '*', '某')) as surname_length,
        {{ function('name_pinyin') }}(replace(name, '*', '某')) as pinyin
    from customers

),

sounded as (

    select
        *,
        case
            when is_starred then null
            when pinyin is not null then replace(pinyin, ' ', '')
            else replace(name, ' ', '')
        end as name_sound,
        case
            when is_starred then null
            when pinyin is not null then split_part(pinyin, ' ', 2) || split_part(pinyin, ' ', 1)
            when length(name) - length(replace(name, ' ', '')) = 1
                then split_part(name, ' ', 2) || split_part(name, ' ', 1)
            else replace(name, ' ', '')
        end as name_sound_turned,
        -- a surname, 阿婷, 婷婷, *霞红 or 'rossi' is a part of a name
        case
            when is_starred then false
            when surname_length > 0
                then
                    length(name) > surname_length
                    and not (length(name) = 2 and (left(name, 1) in ('阿', right(name, 1))))
            else length(split_part(name, ' ', 1)) > 1 and length(split_part(name, ' ', 2)) > 1
        end as is_complete_name,
        surname_length > 0 and length(name) = 2 and left(name, 1) in ('阿', right(name, 1)) as is_pet_name
    from named

),

final as (

    select
        -- dense: matching and clustering compare integers
        row_number() over (order by record_id asc) as record_key,
        record_id,
        source_system,
        source_customer_id,
        customer_kind,

        -- names
        compared_name as name,
        name_reason is not null as is_name_asked,
        case
            when customer_kind = 'organisation'
                -- in one order: the place stands before the name or behind it
                then
                    {{ list_as_text('array_sort(' ~ characters('company_name') ~ ')', '') }}
                    || coalesce(company_branch, '')
            when is_complete_name then least(name_sound, name_sound_turned)
        end as name_key,
        case when customer_kind = 'person' then name_sound end as name_sound,
        case when customer_kind = 'person' then name_sound_turned end as name_sound_turned,
        case when customer_kind = 'person' then surname_length end as surname_length,
        case
            when customer_kind <> 'person' then null
            when is_pet_name then right(name, 1)
            when surname_length > 0 then nullif(substr(name, surname_length + 1), '')
            else split_part(name, ' ', 1)
        end as given_name,
        case
            when customer_kind <> 'person' or is_pet_name then null
            when surname_length > 0 then nullif(left(name, surname_length), '*')
            when contains(name, ' ') then substr(name, instr(name, ' ') + 1)
        end as family_name,
        case
            when customer_kind <> 'person' then null
            when contains(substr(name, surname_length + 1), '*') then null
            when surname_length > 0 then nullif(split_part(pinyin, ' ', 2), '')
            else split_part(name, ' ', 1)
        end as given_sound,
        case
            when customer_kind <> 'person' or is_pet_name or left(name, 1) = '*' then null
            when surname_length > 0 then split_part(pinyin, ' ', 1)
            when contains(name, ' ') then replace(substr(name, instr(name, ' ') + 1), ' ', '')
        end as family_sound,
        company_branch,

        -- identifiers
        unionid,
        member_no,
        id_number_hash,
        credit_code,
        phone,
        coalesce(
            phone_partial, case when phone like '+861%' then substr(phone, 4, 3) || '****' || right(phone, 4) end
        ) as phone_pattern,
        email,

        -- attributes
        birth_date,
        coalesce(birth_year, cast(extract(year from birth_date) as integer)) as birth_year,
        gender,
        city_code,
        -- a town abroad has no code: it is all that an address without a number says
        case when city_code is null and not {{ regexp_like('address', '[0-9*]') }} then lower(address) end as town,
        -- what stands behind the district: street, number, flat
        case
            when {{ regexp_like('address', '[0-9]') }} and not contains(address, '*')
                then
                    case
                        when contains(address, district)
                            then substr(address, instr(address, district) + length(district))
                        else address
                    end
        end as home_address,

        -- the time it was in use
        cast(first_seen_at as date) as first_seen_on,
        cast(coalesce(last_seen_at, first_seen_at) as date) as last_seen_on
    from sounded

)

select * from final
