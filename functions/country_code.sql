(
    select max(n.country_code)
    from {{ ref('country_names') }} as n
    where n.country_name = lower({{ function('squeeze') }}(text))
)
