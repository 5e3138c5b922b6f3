{#-
  Customers counted by `dimensions`, for what is shown outside of the circle that may see single customers: no group has
  fewer customers than the seed privacy_policy says. Smaller groups become one group `other`; were that too small itself, the
  next larger group goes into it, so that nothing follows from a difference. `measures` are sums: name → expression of a row.
  One row per customer in `relation`, with column customer_id.
-#}
{% macro k_anonymous_groups(relation, dimensions, measures={}) -%}
    select
        {%- for dimension in dimensions %}
        case when is_folded then 'other' else cast({{ dimension }} as string) end as {{ dimension }},
        {%- endfor %}
        cast(sum(customer_count) as bigint) as customer_count
        {%- for name in measures %},
        sum({{ name }}) as {{ name }}
        {%- endfor %}
    from (
        select
            ranked.*,
            ranked.customer_count < policy.minimum_group_size
            or coalesce(
                ranked.smallest_count < policy.minimum_group_size and ranked.smaller_count < policy.minimum_group_size,
                false
            ) as is_folded
        from (
            select
                grouped.*,
                min(grouped.customer_count) over () as smallest_count,
                sum(grouped.customer_count) over (
                    order by grouped.customer_count asc{% for dimension in dimensions %}, grouped.{{ dimension }} asc nulls last{% endfor %}
                    rows between unbounded preceding and 1 preceding
                ) as smaller_count
            from (
                select
                    {%- for dimension in dimensions %}
                    {{ dimension }},
                    {%- endfor %}
                    count(distinct customer_id) as customer_count
                    {%- for name, expression in measures.items() %},
                    sum({{ expression }}) as {{ name }}
                    {%- endfor %}
                from {{ relation }}
                group by {{ dimensions | join(", ") }}
            ) as grouped
        ) as ranked
        cross join {{ ref('privacy_policy') }} as policy
    ) as judged
    group by {% for dimension in dimensions %}case when is_folded then 'other' else cast({{ dimension }} as string) end{{ ", " if not loop.last }}{% endfor %}
{%- endmacro %}
