{#-
  Totals of the model are those of another model, over all or `by` columns. `totals` maps an aggregate of the model to
  the aggregate of `to` that it equals; decimals and counts exactly, doubles `within` a difference.
-#}
{% test same_totals(model, to, totals, by=[], to_by=none, own_where='true', to_where='true', within=0) %}

with

ours as (

    select
        1 as part,
        {%- for column in by %}
        {{ column }} as by_{{ loop.index }},
        {%- endfor %}
        {%- for total in totals %}
        {{ total }} as total_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
    where {{ own_where }}
    group by all

),

theirs as (

    select
        1 as part,
        {%- for column in to_by or by %}
        {{ column }} as by_{{ loop.index }},
        {%- endfor %}
        {%- for total in totals.values() %}
        {{ total }} as total_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ to }}
    where {{ to_where }}
    group by all

),

counted as (
    {%- for total, other in totals.items() %}
    select
        '{{ ("%s = %s of %s" % (total, other, to.identifier or 'the subquery')) | replace("'", "''") }}' as rule,
        count(*) filter (
            where abs(
                coalesce(ours.total_{{ loop.index }}, 0) - coalesce(theirs.total_{{ loop.index }}, 0)
            ) > {{ within }}
        ) as row_count
    from ours
    full join theirs
        on
            ours.part = theirs.part
            {%- for column in by %}
            and ours.by_{{ loop.index }} is not distinct from theirs.by_{{ loop.index }}
            {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from counted
where row_count > 0

{% endtest %}
