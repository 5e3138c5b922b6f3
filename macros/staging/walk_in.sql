{#-
  Whether a customer record is of all guests and walk-in customers, and so of nobody: by its number, or by its name
  where nothing else tells who it is. Orders that name it are of an unknown customer. `is_named`: the condition that the
  name says so.
-#}
{% macro is_walk_in(key, is_named=none, identifiers=[]) -%}
    coalesce(
        {{ function('customer_key') }}({{ key }}).reason = 'placeholder'
        {%- if is_named %} or {{ is_named }}
        {%- if identifiers %} and coalesce({{ identifiers | join(', ') }}) is null{% endif %}
        {%- endif %}, false
    )
{%- endmacro %}

{#-
  The number of the customer whom a row of something else names; of a guest, who has none (customer_key), the mail
  address or the telephone number. A row under a name for all walk-in customers that tells nothing else is of nobody.
  `document`: what tells documents apart whose rows need not repeat the customer; what one row leaves empty, the others
  say.
-#}
{% macro customer_or_guest(number, contacts=[], is_named=none, identifiers=[], document=[]) -%}
    {%- set rows = 'over (partition by ' ~ document | join(', ') ~ ')' -%}
    {%- set told = [] -%}
    {%- for column in [number] + contacts -%}
    {%- do told.append(column) -%}
    {%- if document %}{% do told.append('max(' ~ column ~ ') ' ~ rows) %}{% endif -%}
    {%- endfor -%}
    {%- set whose = 'coalesce(' ~ told | join(', ') ~ ')' if told | length > 1 else told[0] -%}
    {%- if is_named -%}
    {%- set is_called = 'bool_or(' ~ is_named ~ ') ' ~ rows if document else is_named -%}
    {%- set known = 'coalesce(' ~ identifiers | join(', ') ~ ')' if identifiers else '' -%}
    case
        when
            {{ is_called }}
            {%- if known %}
            and {{ 'max(' ~ known ~ ') ' ~ rows if document else known }} is null
            {%- endif %}
            then null
        else {{ whose }}
    end
    {%- else -%}
    {{ whose }}
    {%- endif -%}
{%- endmacro %}
