-- grain: one load ever seen, superseded ones included

with

current_loads as (

    {% for item in staged_entities() -%}
    select
        '{{ item.system }}' as source_system,
        '{{ item.entity }}' as entity,
        _load_id as load_id,
        min(_source_file) as source_file,
        cast(min(_landed_at) as date) as landed_on,
        count(*) as row_count
    from {{ landed_rows(item) }}
    group by _load_id
    {% if not loop.last %}
    union all

    {% endif %}
    {%- endfor %}

),

earlier as (

    select * from {{ ref('stg_state__load_history') }}

),

new_loads as (

    select
        current_loads.*,
        cast('{{ build_id() }}' as string) as first_build_id
    from current_loads
    left join earlier
        on
            current_loads.source_system = earlier.source_system
            and current_loads.entity = earlier.entity
            and current_loads.load_id = earlier.load_id
    where earlier.load_id is null

),

final as (

    select * from earlier

    union all

    select * from new_loads

)

select * from final
