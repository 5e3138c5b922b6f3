{#-
  How customers stood at one month's end and at another so many months before: grain months_apart × as_of_on × from ×
  to. `history` names a CTE with one row per customer_id and month's end (as_of_on), `state` its column; who was not
  there before comes from `new`.
-#}
{% macro transitions(history, state, months_apart=[1, 12]) -%}
    select
        spans.months_apart,
        later.as_of_on,
        coalesce(earlier.{{ state }}, 'new') as from_state,
        later.{{ state }} as to_state,
        count(*) as customer_count
    from {{ history }} as later
    inner join (
        {%- for months in months_apart %}
        select
            as_of_on,
            cast({{ months }} as integer) as months_apart,
            {{ add_days(months_before(add_days('as_of_on', 1), months), -1) }} as earlier_on,
            min(as_of_on) over () as first_on
        from (select distinct as_of_on from {{ history }}) as dates
        {{ "union all" if not loop.last }}
        {%- endfor %}
    ) as spans
        on
            later.as_of_on = spans.as_of_on
            and spans.earlier_on >= spans.first_on
    left join {{ history }} as earlier
        on
            later.customer_id = earlier.customer_id
            and spans.earlier_on = earlier.as_of_on
    group by spans.months_apart, later.as_of_on, coalesce(earlier.{{ state }}, 'new'), later.{{ state }}
{%- endmacro %}
