{#- Between the first and the last date of each key no period is missing: `every` is a day, month, quarter or year. -#}
{% test no_gaps(model, column, every, by=[], own_where='true') %}

with

counted as (

    select count(distinct {{ column }}) <> date_diff('{{ every }}', min({{ column }}), max({{ column }})) + 1 as has_gap
    from {{ model }}
    where {{ own_where }}
    {{ 'group by ' ~ by | join(', ') if by }}

)

select
    '{{ every }} missing in {{ column }}' as rule,
    count(*) as row_count
from counted
where has_gap
having count(*) > 0

{% endtest %}
