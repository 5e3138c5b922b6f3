-- What models that somebody edited leave out and add, landing_summary counts, and `conservation` holds it to the row.
-- Of all others each landed row stands in its base model once, and from there in its staging model where it breaks no
-- rule, else in quarantine. By rows; staging models that keep the place of a row (file, sheet, row) are held against it
-- as well.

with

counted as (

    {% for item in staged_entities() if not item.own_sql -%}
    {% set base = ref('base_' ~ item.system ~ '__' ~ item.entity) -%}
    {% set staged = ref(item.staged) -%}
    {% set told = (graph.nodes['model.' ~ own_package() ~ '.' ~ item.staged].columns if execute else {}) -%}
    {% set place = ['load_id', 'source_sheet', 'source_row'] | select('in', told) | join(', ') -%}
    select
        '{{ item.system }}.{{ item.entity }}' as landed_entity,
        (select count(*) from {{ landed_rows(item) }}) - (select count(*) from {{ base }}) as base_gap,
        (
            select count(*) from (
                select
                    _load_id,
                    _source_sheet,
                    _source_row
                from {{ landed_rows(item) }}
                except
                select
                    load_id,
                    source_sheet,
                    source_row
                from {{ base }}
            ) as missing
        ) as lost_places,
        (
            select count(*) from {{ base }}
            where {{ list_is_empty('broken_rules') }}
        )
        - (select count(*) from {{ staged }}) as staged_gap,
        {% if 'source_row' in told -%}
        (
            select count(*) from (
                select {{ place }} from {{ base }}
                where {{ list_is_empty('broken_rules') }}
                except
                select {{ place }} from {{ staged }}
            ) as missing
        )
        {%- else -%} 0 {%- endif %} as unstaged_places,
        (
            select count(*) from {{ base }}
            where not {{ list_is_empty('broken_rules') }}
        )
        - (
            select count(*) from {{ ref('quarantine') }}
            where source_system = '{{ item.system }}' and entity = '{{ item.entity }}'
        ) as quarantine_gap
    {% if not loop.last %}
    union all

    {% endif %}
    {%- else %}
    -- somebody edited the models of every entity
    select
        0 as base_gap,
        0 as lost_places,
        0 as staged_gap,
        0 as unstaged_places,
        0 as quarantine_gap
    {%- endfor %}

)

select * from counted
where base_gap <> 0 or lost_places > 0 or staged_gap <> 0 or unstaged_places > 0 or quarantine_gap <> 0
