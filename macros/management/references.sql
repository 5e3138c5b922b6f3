{#-
  References of a seed with whether they can be set beside the company's figure, by what they declare: industry, unit and basis
  (policy management_policy, reference_bases). Scale is judged where the company's figure is known (other_scale).
-#}
{% macro declared_references(seed, metric) -%}
select
        benchmarks.*,
        case
            when
                coalesce(benchmarks.industry, 'any') <> 'any'
                and not coalesce(contains(' ' || policy.industries || ' ', ' ' || benchmarks.industry || ' '), false)
                then 'other_industry'
            when own.unit <> benchmarks.unit then 'other_unit'
            when own.basis <> benchmarks.basis then 'other_basis'
            else 'comparable'
        end as reference_status
    from {{ ref(seed) }} as benchmarks
    cross join {{ ref('management_policy') }} as policy
    left join {{ ref('reference_bases') }} as own
        on benchmarks.{{ metric }} = own.metric
{%- endmacro %}


{#- Of a reference in money whether its scale is another than that of the company's figure; false where that is unknown. -#}
{% macro is_other_scale(unit, reference, figure, limit) -%}
coalesce(
    {{ unit }} = 'money'
    and (abs({{ reference }}) > {{ limit }} * abs({{ figure }}) or abs({{ figure }}) > {{ limit }} * abs({{ reference }})),
    false
)
{%- endmacro %}
