{#- One row per day between two dates (both included), as column date_on. -#}
{% macro each_day(first_on, last_on) %}{{ return(adapter.dispatch('each_day')(first_on, last_on)) }}{% endmacro %}
{% macro default__each_day(first_on, last_on) -%}
    unnest(generate_series(cast({{ first_on }} as timestamp), cast({{ last_on }} as timestamp), interval '1' day))
{%- endmacro %}
{% macro spark__each_day(first_on, last_on) -%}
    explode(sequence({{ first_on }}, {{ last_on }}, interval 1 day))
{%- endmacro %}

{#- Monday = 1 ... Sunday = 7. -#}
{% macro iso_day_of_week(date) %}{{ return(adapter.dispatch('iso_day_of_week')(date)) }}{% endmacro %}
{% macro default__iso_day_of_week(date) -%} isodow({{ date }}) {%- endmacro %}
{% macro spark__iso_day_of_week(date) -%} weekday({{ date }}) + 1 {%- endmacro %}

{#- Calendar months back from a date (SPEC 13.1). -#}
{% macro months_before(date, months) %}{{ return(adapter.dispatch('months_before')(date, months)) }}{% endmacro %}
{% macro default__months_before(date, months) -%}
    cast({{ date }} - to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
{% macro spark__months_before(date, months) -%} add_months({{ date }}, -1 * ({{ months }})) {%- endmacro %}

{#- Whole days from the first date to the second. -#}
{% macro days_from(first_on, last_on) %}{{ return(adapter.dispatch('days_from')(first_on, last_on)) }}{% endmacro %}
{% macro default__days_from(first_on, last_on) -%} date_diff('day', {{ first_on }}, {{ last_on }}) {%- endmacro %}
{% macro spark__days_from(first_on, last_on) -%} datediff({{ last_on }}, {{ first_on }}) {%- endmacro %}

{#- Seconds from the first timestamp to the second, as a double. -#}
{% macro seconds_from(first_at, last_at) %}{{ return(adapter.dispatch('seconds_from')(first_at, last_at)) }}{% endmacro %}
{% macro default__seconds_from(first_at, last_at) -%} extract(epoch from {{ last_at }} - {{ first_at }}) {%- endmacro %}
{% macro spark__seconds_from(first_at, last_at) -%}
    ((unix_micros({{ last_at }}) - unix_micros({{ first_at }})) / cast(1000000 as double))
{%- endmacro %}

{#- Whether a date is not later than one that is the same for all rows, as the as-of date is. Where an inequality joins
a table, DuckDB takes one row of a hundred to pass, and then builds its hash tables on the larger side; of a difference
it takes all of them to. -#}
{% macro not_after(date, bound) %}{{ return(adapter.dispatch('not_after')(date, bound)) }}{% endmacro %}
{% macro default__not_after(date, bound) -%} {{ date }} - {{ bound }} <= 0 {%- endmacro %}
{% macro spark__not_after(date, bound) -%} {{ date }} <= {{ bound }} {%- endmacro %}

{#- A UTC timestamp as the clock of a time zone, an expression, shows it. -#}
{% macro utc_to_local(utc_at, time_zone) %}{{ return(adapter.dispatch('utc_to_local')(utc_at, time_zone)) }}{% endmacro %}
{% macro default__utc_to_local(utc_at, time_zone) -%} timezone({{ time_zone }}, timezone('UTC', {{ utc_at }})) {%- endmacro %}
{% macro spark__utc_to_local(utc_at, time_zone) -%} from_utc_timestamp({{ utc_at }}, {{ time_zone }}) {%- endmacro %}

{#- The UTC timestamp of a clock's time in a zone that a column names (any case). Null where the zone is not known, and
    where its clocks skip this time or show it twice. `local_at` and `zone` are columns. -#}
{% macro zone_to_utc(local_at, zone) %}{{ return(adapter.dispatch('zone_to_utc')(local_at, zone)) }}{% endmacro %}
{% macro default__zone_to_utc(local_at, zone) -%}
    {#- Of two instants DuckDB answers the later one. The earlier one would be as much before it as clocks were ahead the
        day before. Only a cast from text survives a name that is not known. -#}
    {%- set day_before = "timezone(" ~ zone ~ ", _u - interval '1' day) + interval '1' day" -%}
    {%- set body -%}
case
    when timezone({{ zone }}, _u) = {{ local_at }}
        and ({{ day_before }} = {{ local_at }} or timezone({{ zone }}, _u - ({{ day_before }} - {{ local_at }})) <> {{ local_at }})
        then timezone('UTC', _u)
end
    {%- endset -%}
    {{ bind("try_cast(cast(" ~ local_at ~ " as string) || ' ' || " ~ zone ~ " as timestamp with time zone)", '_u', body) }}
{%- endmacro %}
{% macro spark__zone_to_utc(local_at, zone) -%}
    {#- Of two instants Spark answers the earlier one; clocks go back by an hour, on Lord Howe Island by half of one. -#}
    {%- set utc_at = "try_cast(concat(cast(" ~ local_at ~ " as string), ' ', " ~ zone ~ ") as timestamp)" -%}
case
    when from_utc_timestamp({{ utc_at }}, {{ zone }}) = {{ local_at }}
        {%- for minutes in [30, 60] %}
        and from_utc_timestamp({{ add_minutes(utc_at, minutes) }}, {{ zone }}) <> {{ local_at }}
        {%- endfor %}
        then {{ utc_at }}
end
{%- endmacro %}

{#- Whether the clocks of a time zone, an expression, ever show this time: they skip some when they change. -#}
{% macro is_shown(local_at, time_zone) %}{{ return(adapter.dispatch('is_shown')(local_at, time_zone)) }}{% endmacro %}
{% macro default__is_shown(local_at, time_zone) -%}
    timezone({{ time_zone }}, timezone({{ time_zone }}, {{ local_at }})) = {{ local_at }}
{%- endmacro %}
{% macro spark__is_shown(local_at, time_zone) -%}
    from_utc_timestamp(to_utc_timestamp({{ local_at }}, {{ time_zone }}), {{ time_zone }}) = {{ local_at }}
{%- endmacro %}

{#- The UTC timestamp so many seconds after 1970, a bigint. -#}
{% macro at_epoch_second(x) %}{{ return(adapter.dispatch('at_epoch_second')(x)) }}{% endmacro %}
{% macro default__at_epoch_second(x) -%} epoch_ms(1000 * {{ x }}) {%- endmacro %}
{% macro spark__at_epoch_second(x) -%} timestamp_seconds({{ x }}) {%- endmacro %}

{#- A date so many days later (or, negative, earlier). -#}
{% macro add_days(date, days) %}{{ return(adapter.dispatch('add_days')(date, days)) }}{% endmacro %}
{% macro default__add_days(date, days) -%} cast({{ date }} + cast({{ days }} as integer) as date) {%- endmacro %}
{% macro spark__add_days(date, days) -%} date_add({{ date }}, {{ days }}) {%- endmacro %}

{#- The last day of the calendar quarter before a date's own. -#}
{% macro quarter_end_before(date) -%}
    {{ add_days("cast(date_trunc('quarter', " ~ date ~ ") as date)", -1) }}
{%- endmacro %}

{#- A timestamp so many minutes later (or, negative, earlier). -#}
{% macro add_minutes(timestamp, minutes) %}{{ return(adapter.dispatch('add_minutes')(timestamp, minutes)) }}{% endmacro %}
{% macro default__add_minutes(timestamp, minutes) -%} {{ timestamp }} + to_minutes({{ minutes }}) {%- endmacro %}
{% macro spark__add_minutes(timestamp, minutes) -%} timestampadd(minute, {{ minutes }}, {{ timestamp }}) {%- endmacro %}

{#- The last moment of a timestamp's day. -#}
{% macro end_of_day(timestamp) %}{{ return(adapter.dispatch('end_of_day')(timestamp)) }}{% endmacro %}
{% macro default__end_of_day(timestamp) -%}
    date_trunc('day', {{ timestamp }}) + to_microseconds(86399999999)
{%- endmacro %}
{% macro spark__end_of_day(timestamp) -%}
    timestampadd(microsecond, 86399999999, date_trunc('day', {{ timestamp }}))
{%- endmacro %}

{#- A timestamp so many hours later. -#}
{% macro add_hours(timestamp, hours) %}{{ return(adapter.dispatch('add_hours')(timestamp, hours)) }}{% endmacro %}
{% macro default__add_hours(timestamp, hours) -%} {{ timestamp }} + to_seconds({{ hours }} * 3600) {%- endmacro %}
{% macro spark__add_hours(timestamp, hours) -%}
    timestampadd(second, cast({{ hours }} * 3600 as bigint), {{ timestamp }})
{%- endmacro %}
