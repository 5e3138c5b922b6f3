-- grain: one landed decision on two records, typed, with the rules it breaks

{% set rules = [
    ('missing_record_key', "record_id_a is null or record_id_b is null or record_id_a = record_id_b"),
    ('unknown_code', "decision is null or decision = 'unmapped'"),
    ('invalid_time', "has_unreadable_date"),
    ('time_after_landing', "decided_on > landed_on"),
    before_first_day('stewardship', ['decided_on']),
] %}

with

landed as (

    select * from {{ source('stewardship', 'identity_decisions') }}

),

typed as (

    select
        {{ lineage_columns() }},
        {{ version_columns() }},

        -- keys: a pair has no order
        least(
            {{ function('clean_text') }}(landed.record_id_a), {{ function('clean_text') }}(landed.record_id_b)
        ) as record_id_a,
        greatest(
            {{ function('clean_text') }}(landed.record_id_a), {{ function('clean_text') }}(landed.record_id_b)
        ) as record_id_b,

        -- attributes
        {{ function('recode') }}(landed.decision, 'identity_decision') as decision,
        {{ function('clean_text') }}(landed.decided_by) as decided_by,
        {{ function('clean_text') }}(landed.note) as note,
        {{ function('clean_text') }}(landed.drawn_as) as drawn_as,

        -- flags
        {{ is_unreadable('landed.decided_on', 'parse_date') }}
            as has_unreadable_date,

        -- dates
        {{ function('parse_date') }}(landed.decided_on) as decided_on
    from landed

),

final as (

    {{ with_broken_rules('typed', rules, keys=['record_id_a', 'record_id_b'], changed_at='decided_on') }}

)

select * from final
