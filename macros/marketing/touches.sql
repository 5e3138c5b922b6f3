{#-
  Whether a touch came before an order. A timestamp of midnight states the day alone: which of the two came first on one
  day is then unknown, and `counts_same_day` (seed attribution_policy) decides.
-#}
{% macro touch_precedes_order(touched_at, ordered_at, counts_same_day) -%}
    case
        when cast({{ touched_at }} as date) <> cast({{ ordered_at }} as date) then {{ touched_at }} < {{ ordered_at }}
        when
            {{ touched_at }} = date_trunc('day', {{ touched_at }}) or {{ ordered_at }} = date_trunc('day', {{ ordered_at }})
            then {{ counts_same_day }}
        else {{ touched_at }} <= {{ ordered_at }}
    end
{%- endmacro %}
