-- grain: one entity of the input layer

with

counted as (

    {% for entity, label_zh, label_en in input_entities() -%}
    select
        '{{ entity }}' as entity,
        '{{ label_zh }}' as label_zh,
        '{{ label_en }}' as label_en,
        count(distinct source_system) as system_count,
        count(*) as row_count
    from {{ ref('input__' ~ entity) }}
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

final as (

    select
        cast(entity as string) as entity,
        cast(label_zh as string) as label_zh,
        cast(label_en as string) as label_en,
        cast(case when row_count > 0 then 'present' else 'empty' end as string) as status,
        cast(system_count as bigint) as system_count,
        cast(row_count as bigint) as row_count
    from counted

)

select * from final
