-- grain: one level of one comparison of persons, with what it weighs

-- The model that the policy names. Where it says `auto`: the company's own fitted one, else a default, Chinese retail
-- where many records have a phone or a number, Western customer lists where few do.

with

policy as (

    select * from {{ ref('identity_model') }}

),

identified as (

    select
        avg(
            case
                when coalesce(phone, phone_pattern, unionid, id_number_hash, member_no) is null then 0.0 else 1.0
            end
        ) as identified_share
    from {{ ref('int_identity__compared') }}

),

-- acme_002, by its number; acme_retail_001 is of another company
numbered as (

    select distinct
        model,
        cast(substr(model, length('{{ var("data_set") }}_') + 1) as integer) as number
    from {{ ref('identity_weights') }}
    where {{ regexp_like('model', '^' ~ var('data_set') ~ '_[0-9]{3,9}$') }}

),

fitted as (

    select max_by(model, number) as model
    from numbered

),

chosen as (

    select
        case
            when policy.model <> 'auto' then policy.model
            when fitted.model is not null then fitted.model
            when identified.identified_share >= policy.identified_share then 'chinese_retail'
            else 'western_crm'
        end as model
    from policy
    cross join identified
    cross join fitted

),

final as (

    select
        weights.model,
        weights.comparison,
        weights.level,
        weights.match_share,
        weights.chance_share,
        weights.household_share,
        log2(weights.match_share) as match_bits,
        log2(weights.chance_share) as chance_bits,
        log2(weights.household_share) as household_bits
    from {{ ref('identity_weights') }} as weights
    inner join chosen
        on weights.model = chosen.model

)

select * from final
