{#-
  Bands of a number (within each `by`): each begins where the one before it ends, and the last one has no end. So no
  value lies in two bands, and none above the lowest bound in none. Answers the neighbours that do not join, by their
  lower bounds or by another `key`; the last band, where it ends, has no neighbour.
-#}
{% test bands_join(model, lower, upper, by=[], key=none) %}

with

bands as (

    select
        {{ key or lower }} as band,
        {{ upper }} as ends_at,
        lead({{ key or lower }}) over in_order as next_band,
        lead({{ lower }}) over in_order as next_begins_at
    from {{ model }}
    window in_order as (
        {{ 'partition by ' ~ by | join(', ') if by }}
        order by {{ lower }} asc nulls first, {{ upper }} asc nulls last
    )

)

select *
from bands
where next_band is null and ends_at is not null or next_band is not null and ends_at is distinct from next_begins_at

{% endtest %}
