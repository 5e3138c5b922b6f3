-- An entity added to the input layer and forgotten in input_coverage would go unreported.

{% set declared = [] %}
{% if execute %}
{% set own = graph.nodes.values() | selectattr('package_name', 'equalto', own_package()) %}
{% for node in own if node.resource_type == 'model' and node.name.startswith('input__') %}
{% do declared.append(node.name | replace('input__', '')) %}
{% endfor %}
{% endif %}

with

declared as (

    select unnest({{ declared | sort or [''] }}) as entity

),

reported as (

    select entity from {{ ref('input_coverage') }}

),

final as (

    select coalesce(declared.entity, reported.entity) as entity
    from declared
    full outer join reported on declared.entity = reported.entity
    where declared.entity is null or reported.entity is null

)

select * from final
