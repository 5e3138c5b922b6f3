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
  their position on a `document` have no key: of a document that is delivered again the newest delivery stands whole,
  and lines that several sheets of a workbook repeat count once.

  An order document is one thing. `one_document` says by which `number` it is known and in what its rows must `agree`,
  in all deliveries or, where a later delivery may put it right, in each (`agree_in_a_load`): of a number that stands
  for several documents it is unknown which row is whose. Where one landed row is both a line and its head,
  `head_rules` are those of the head: a head that breaks one takes all rows of its document along.
-#}
{% macro with_broken_rules(
    relation, rules, keys=none, changed_at=none, document=none, one_document=none, head_rules=none
) -%}
    {%- set versions = [
        ('repeated_row', is_on_another_sheet(document)), ('conflicting_row', is_of_older_load(document))
    ] if document else [
        ('repeated_row', is_repeated(keys)), ('conflicting_row', is_superseded(keys, changed_at))
    ] %}
    select
        {{ all_but(['own_rules'] + (['copy_in_sheet'] if document else [])) }},
        case
            when not {{ list_is_empty('own_rules') }} then own_rules
            {% if one_document and (one_document.agree or one_document.agree_in_a_load) -%}
            when {{ is_ambiguous(one_document) }}
                then {{ list_of(["'ambiguous_document'"]) }}
            {% endif -%}
            else {{ compact_list(versions) }}
        end as broken_rules
    from (
        {% if head_rules -%}
        select
            {{ all_but(['own_rules', 'is_head_broken']) }},
            case
                when
                    {{ list_is_empty('own_rules') }}
                    and {{ one_document.number }} is not null
                    and max(is_head_broken) over (partition by {{ one_document.number }}, load_id) = 1
                    then {{ list_of(["'order_quarantined'"]) }}
                else own_rules
            end as own_rules
        from (
        {% endif -%}
        select
            *,
            {% if document -%}
            row_number() over (
                partition by {{ document }}, load_id, source_sheet, content_hash
                order by source_row asc nulls last
            ) as copy_in_sheet,
            {% endif -%}
            {% if head_rules -%}
            case
                when row_kind = 'data' and not {{ list_is_empty(compact_list(head_rules)) }} then 1
                else 0
            end as is_head_broken,
            {% endif -%}
            {{ compact_list(
                [('total_row', "row_kind = 'total'"), ('note_row', "row_kind = 'note'")] + rules + (head_rules or [])
            ) }} as own_rules
        from {{ relation }}
        {% if head_rules -%}
        ) as alone
        {% endif -%}
    ) as judged
{%- endmacro %}

{#- The number stands for several documents. What a row leaves empty it does not contradict. -#}
{% macro is_ambiguous(one_document) -%}
    {%- set sound = list_is_empty('own_rules') -%}
    {{ one_document.number }} is not null and (
        false
        {%- for column in one_document.agree %}
        or min({{ column }}) over (partition by {{ one_document.number }}, {{ sound }})
        <> max({{ column }}) over (partition by {{ one_document.number }}, {{ sound }})
        {%- endfor %}
        {%- for column in one_document.agree_in_a_load or [] %}
        or min({{ column }}) over (partition by {{ one_document.number }}, load_id, {{ sound }})
        <> max({{ column }}) over (partition by {{ one_document.number }}, load_id, {{ sound }})
        {%- endfor %}
    )
{%- endmacro %}

{#- An earlier sheet of the same workbook holds the line, as often as this one holds it so far: a line that one sheet
    repeats is a line of its own (docs/decisions/0002). -#}
{% macro is_on_another_sheet(document) -%}
    row_number() over (
        partition by {{ document }}, load_id, content_hash, copy_in_sheet, {{ list_is_empty('own_rules') }}
        order by source_sheet asc nulls last
    ) > 1
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
