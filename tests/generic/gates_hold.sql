{#-
  A scorecard row that failed its threshold, or an empty scorecard, fails the build. The scorecard
  is a leaf: it is written and can be read although the build fails.
-#}
{% test gates_hold(model, status='fail') %}

with

scorecard as (

    select * from {{ model }}

),

final as (

    select
        measure,
        source_system,
        entity,
        status,
        numerator,
        denominator,
        rate
    from scorecard
    where status in ('{{ status }}', 'no_threshold')

    union all

    select
        'scorecard' as measure,
        'all' as source_system,
        'all' as entity,
        'empty' as status,
        null as numerator,
        null as denominator,
        null as rate
    from (select count(*) as row_count from scorecard) as counted
    where row_count = 0

)

select * from final

{% endtest %}
