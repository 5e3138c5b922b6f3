{#-
  Rules are declared once, in the base model of an entity, as pairs (reason code, condition under
  which the row breaks the rule). From that one list come the accepted rows (stg_*), the quarantined
  rows with their reasons (quarantine) and the counts per reason (landing_summary).
-#}

{#- Which file, sheet and row a landed row came from: the first columns of every base model. -#}
{% macro lineage_columns(relation='landed') -%}
    {{ relation }}._load_id as load_id,
    {{ relation }}._source_file as source_file,
    {{ relation }}._source_sheet as source_sheet,
    {{ relation }}._source_row as source_row,
    {#- the day it was where the data set is at home: its order times are local too #}
    cast({{ utc_to_local(relation ~ '._landed_at', "'" ~ var('time_zone') ~ "'") }} as date) as landed_on
{%- endmacro %}

{#- Codes of all broken rules, in the order of declaration; the first one is the row's reason. -#}
{% macro broken_rules(rules) -%}
    {{ compact_list(rules) }} as broken_rules
{%- endmacro %}

{#- A rule on times of a row, as a pair: none of `columns` lies before the first plausible day of the source system.
    Planned times count too, which no rule on times after landing bounds. -#}
{% macro before_first_day(source_system, columns, unless=none) %}
    {%- set earliest = 'least(' ~ columns | join(', ') ~ ')' if columns | length > 1 else columns | first %}
    {%- set first_day = function('first_plausible_day') ~ "('" ~ source_system ~ "')" %}
    {%- set but = 'not (' ~ unless ~ ') and ' if unless else '' %}
    {{ return(
        ('time_before_first_day', "%s%s < %s" | format(but, earliest, first_day))
    ) }}
{% endmacro %}

{% macro accepted(base) -%}
    select * from {{ base }}
    where {{ list_is_empty('broken_rules') }}
{%- endmacro %}

{#- One quarantined row with its original content, read again from the landed file. Own SQL may repeat a landed row: it is in
    quarantine once, and only where none of its copies is accepted. -#}
{% macro rejected(base, landed, source_system, entity, own_sql=false) -%}
    select
        cast('{{ source_system }}' as string) as source_system,
        cast('{{ entity }}' as string) as entity,
        base.load_id,
        base.source_file,
        base.source_sheet,
        coalesce(base.source_sheet, '') as source_sheet_key,
        base.source_row,
        base.landed_on,
        {{ list_first('base.broken_rules') }} as reason_code,
        {{ list_as_text('base.broken_rules') }} as reason_codes,
        {{ row_as_json('landed') }} as original_row
    {% if own_sql -%}
    from (
        select
            *,
            row_number() over (
                partition by load_id, source_sheet, source_row
                order by {{ list_is_empty('broken_rules') }} desc, {{ list_as_text('broken_rules') }} asc
            ) as copy_number
        from {{ base }}
    ) as base
    {%- else -%}
    from {{ base }} as base
    {%- endif %}
    inner join {{ landed }} as landed
        on
            base.load_id = landed._load_id
            and base.source_row = landed._source_row
            and base.source_sheet is not distinct from landed._source_sheet
    where
        not {{ list_is_empty('base.broken_rules') }}
        {%- if own_sql %}
        and base.copy_number = 1
        {%- endif %}
{%- endmacro %}
