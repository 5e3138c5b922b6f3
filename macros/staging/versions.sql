{#-
  A key may be landed more than once: the same row in two files, or a later state of it. Among the rows that
  break none of `rules` exactly one stays per key: the first landed copy of the newest content. A broken row
  therefore never pushes out a sound one.

  Which content is the newest says the record's own stamp of its last change, if it has one; else the file. Files of a
  replaced entity rank as landing found by their dates: one that is delivered late does not outrank a newer one.
-#}

{#-
  The rules of an entity and what holds for every one beside them: rows of totals and notes are no records, and of
  one key (`keys`, a list) one row stays. `changed_at` is the record's own stamp of its last change, if it has one.
-#}
{% macro versioned_rules(rules, keys, changed_at=none) -%}
    {%- set own = [('total_row', "row_kind = 'total'"), ('note_row', "row_kind = 'note'")] + rules -%}
    {{ return(own + [
        ('repeated_row', is_repeated(keys, own)),
        ('conflicting_row', is_superseded(keys, own, changed_at)),
    ]) }}
{%- endmacro %}

{#-
  The same for lines that are told apart by their position on the document (`key`): of a document that is delivered
  again the newest delivery stands whole.
-#}
{% macro delivered_whole_rules(rules, key) -%}
    {%- set own = [('total_row', "row_kind = 'total'"), ('note_row', "row_kind = 'note'")] + rules -%}
    {{ return(own + [('conflicting_row', is_of_older_load(key, own))]) }}
{%- endmacro %}

{#- The same document arrived in a newer load, and soundly. -#}
{% macro is_of_older_load(key, rules) -%}
    not {{ breaks_any(rules) }} and load_id <> first_value(load_id) over (
        partition by {{ key }}, {{ breaks_any(rules) }}
        order by {{ newest_file_first() }}
    )
{%- endmacro %}

{#- What the conditions below look at. A CTE that adds columns to the landed ones (`relation`) brings their hash
    along as content_hash: what they were parsed to is no content. -#}
{% macro version_columns(relation='landed') -%}
    {{ relation }}._row_kind as row_kind,
    {{ relation }}._landed_at as landed_at,
    {{ relation }}._load_rank as load_rank,
    {{ row_content_hash(relation) if relation == 'landed' else relation ~ '.content_hash' }} as content_hash
{%- endmacro %}

{#- The same content under the same key was landed before. -#}
{% macro is_repeated(keys, rules) -%}
    not {{ breaks_any(rules) }} and row_number() over (
        partition by {{ keys | join(', ') }}, content_hash, {{ breaks_any(rules) }}
        order by {{ landing_order('asc') }}
    ) > 1
{%- endmacro %}

{#- Other content under the same key is newer. -#}
{% macro is_superseded(keys, rules, changed_at=none) -%}
    not {{ breaks_any(rules) }} and content_hash <> first_value(content_hash) over (
        partition by {{ keys | join(', ') }}, {{ breaks_any(rules) }}
        order by {{ changed_at ~ ' desc nulls last, ' if changed_at }}{{ newest_file_first() }}
    )
{%- endmacro %}

{% macro breaks_any(rules) -%}
    coalesce({% for _, condition in rules %}({{ condition }}){{ " or " if not loop.last }}{% endfor %}, false)
{%- endmacro %}

{#- The file that counts first; files that are only added have no rank. -#}
{% macro newest_file_first() -%} load_rank desc nulls last, {{ landing_order('desc') }} {%- endmacro %}

{#- Files that arrive together are told apart by name: exports carry their date in it. -#}
{% macro landing_order(direction) -%}
    {%- for column in ['landed_at', 'source_file', 'load_id', 'source_sheet', 'source_row'] -%}
    {{ column }} {{ direction }} nulls last{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
