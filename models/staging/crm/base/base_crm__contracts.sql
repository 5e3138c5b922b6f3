-- grain: one landed contract, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "contract_no is null or source_customer_id is null"),
    ('invalid_amount', "is_amount_given and amount is null"),
    ('invalid_time', "ended_on is null"),
    ('time_after_landing', "signed_on > landed_on"),
    before_first_day('crm', ['signed_on', 'started_on', 'ended_on']),
] %}

with

landed as (

    select * from {{ source('crm', 'contracts') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys
        {{ function('clean_text') }}(landed.contract_no) as contract_no,
        {{ function('clean_text') }}(landed.company_id) as source_customer_id,
        {{ function('clean_text') }}(landed.renews_contract_no) as renews_contract_no,

        -- attributes
        {{ function('clean_text') }}(landed.contract_name) as contract_name,
        {{ function('recode') }}(landed.status, 'contract_status') as status,
        {{ function('clean_text') }}(landed.owner) as account_owner,

        -- flags
        {{ function('clean_text') }}(landed.amount_wan) is not null as is_amount_given,

        -- measures: the sheet counts in 万元, whether or not a cell says so again
        {{ function('parse_amount') }}(
            {{ regexp_replace_all(function('clean_text') ~ '(landed.amount_wan)', ' *万?元?$', '') }} || '万'
        ) as amount,

        -- dates
        {{ function('parse_date') }}(landed.signed_on) as signed_on,
        {{ function('parse_date') }}(landed.start_on) as started_on,
        {{ function('parse_date') }}(landed.end_on) as ended_on
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['contract_no']) }}

)

select * from final
