{#-
  Last year's figure with the festival seasons of this year (int_management__festival_shifts): the same as by the calendar
  where no festival moved; null where it is not known, for which the status says why.
-#}
{% macro last_year_aligned(shift_status, by_calendar, aligned) -%}
case {{ shift_status }} when 'unmoved' then {{ by_calendar }} when 'aligned' then {{ aligned }} end
{%- endmacro %}


{% macro last_year_aligned_status(shift_status, by_calendar, aligned) -%}
case
            when {{ by_calendar }} is null then 'no_last_year'
            when {{ shift_status }} = 'aligned' and {{ aligned }} is null then 'not_aligned'
            else coalesce({{ shift_status }}, 'not_aligned')
        end
{%- endmacro %}
