coalesce(
    (
        select max(s.first_plausible_on)
        from {{ ref('first_plausible_days') }} as s
        where s.source_system = name_of_system
    ),
    (
        select max(s.first_plausible_on)
        from {{ ref('first_plausible_days') }} as s
        where s.source_system = '*'
    )
)
