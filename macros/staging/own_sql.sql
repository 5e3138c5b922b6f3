{#- Models of a mapping that somebody edited (`own_sql` in macros/staging/systems.sql): what their SQL leaves out and adds is
    counted beside what is staged and quarantined. Models as they were written lose and add nothing (tests/integrity). -#}

{#- Rows of an entity that own SQL left out of its staging model, none of them in quarantine, or added to it. -#}
{% macro own_sql_outcomes(item) -%}
    {%- set read = 'select load_id, source_row from ' -%}
    {%- set landed = 'select _load_id as load_id, _source_row as source_row from ' ~ landed_rows(item) -%}
    {%- set quarantined = read ~ ref('quarantine') ~ " where source_system = '" ~ item.system ~ "' and entity = '" ~ item.entity ~ "'" -%}
    {%- set staged = read ~ ref(item.staged) -%}
    select
        '{{ item.system }}' as source_system,
        '{{ item.entity }}' as entity,
        'left_out_by_own_sql' as outcome,
        (select count(*) from ({{ landed }} except all ({{ staged }} union all {{ quarantined }})) as left_out) as row_count
    union all
    select
        '{{ item.system }}' as source_system,
        '{{ item.entity }}' as entity,
        'added_by_own_sql' as outcome,
        (select count(*) from ({{ staged }} except all {{ landed }}) as added) as row_count
{%- endmacro %}
