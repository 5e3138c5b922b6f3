{%- set month = '^([0-9]{4})[-/.年]([0-9]{1,2})月?$|^([0-9]{4})([0-9]{2})$' -%}
{%- set first_day = regexp_replace_all(function('clean_text') ~ '(text)', month, '\\1\\3-\\2\\4-01') -%}
cast(date_trunc('month', coalesce(
    {{ function('parse_date') }}(text),
    {{ function('parse_date') }}({{ first_day }})
)) as date)
