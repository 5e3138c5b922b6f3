{#-
  A key may be landed more than once: the same row in two files, or a later state of it. Among the rows that
  break none of `rules` exactly one stays per key: the first landed copy of the newest content. A broken row
  therefore never pushes out a sound one.

  Which content is the newest says the record's own stamp of its last change, if it has one; else the file. Files of a
  replaced entity rank as landing found by their dates: one that is delivered late does not outrank a newer one.
-#}

{#-
  The rows of a relation, each with the codes of the rules that it breaks (`broken_rules`): those of the entity and what holds
  for every one. Rows of totals and notes are no records. Of the rows that break none of these, one stays per key (`keys`, a
  list); `changed_at` is the record's own stamp of its last change, if it has one. Lines that are told apart by
  their position on a `document` have no key: of a document that is delivered again the newest delivery stands whole.
-#}
{% macro with_broken_rules(relation, rules, keys=none, changed_at=none, document=none) -%}
    select
        {{ all_but(['own_rules']) }},
        case
            when not {{ list_is_empty('own_rules') }} then own_rules
            else {{ compact_list(
                [('conflicting_row', is_of_older_load(document))] if document
                else [('repeated_row', is_repeated(keys)), ('conflicting_row', is_superseded(keys, changed_at))]
            ) }}
        end as broken_rules
    from (
        select
            *,
            {{ compact_list([('total_row', "row_kind = 'total'"), ('note_row', "row_kind = 'note'")] + rules) }} as own_rules
        from {{ relation }}
    ) as judged
{%- endmacro %}

{#- The same document arrived in a newer load, and soundly. -#}
{% macro is_of_older_load(document) -%}
    load_id <> first_value(load_id) over (
        partition by {{ document }}, {{ list_is_empty('own_rules') }}
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
{% macro is_repeated(keys) -%}
    row_number() over (
        partition by {{ keys | join(', ') }}, content_hash, {{ list_is_empty('own_rules') }}
        order by {{ landing_order('asc') }}
    ) > 1
{%- endmacro %}

{#- Other content under the same key is newer. -#}
{% macro is_superseded(keys, changed_at) -%}
    content_hash <> first_value(content_hash) over (
        partition by {{ keys | join(', ') }}, {{ list_is_empty('own_rules') }}
        order by {{ changed_at ~ ' desc nulls last, ' if changed_at }}{{ newest_file_first() }}
    )
{%- endmacro %}

{#- The file that counts first; files that are only added have no rank. -#}
{% macro newest_file_first() -%} load_rank desc nulls last, {{ landing_order('desc') }} {%- endmacro %}

{#- Files that arrive together are told apart by name: exports carry their date in it. -#}
{% macro landing_order(direction) -%}
    {%- for column in ['landed_at', 'source_file', 'load_id', 'source_sheet', 'source_row'] -%}
    {{ column }} {{ direction }} nulls last{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
