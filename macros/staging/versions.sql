{#-
  A key may be landed more than once: the same row in two files, or a later state of it. Among the rows that
  break none of `rules` exactly one stays per key: the first landed copy of the newest content. A broken row
  therefore never pushes out a sound one.

  Which content is the newest says the record's own stamp of its last change, if it has one; else the file. Files of a
  replaced entity rank as landing found by their dates: one that is delivered late does not outrank a newer one.
-#}

{#-
  The rows of a relation, each with the codes of the rules that it breaks (`broken_rules`): those of the entity and what
  holds for every one. Rows of totals and notes are no records. Of the rows that break none of these, one stays per key
  (`keys`, a list); `changed_at` is the record's own stamp of its last change, if it has one.

  An order document is one thing. `one_document` says by which `number` it is known and in what its rows must `agree`,
  in all deliveries or, where a later delivery may put it right, in each (`agree_in_a_load`): of a number that stands
  for several documents it is unknown which row is whose. Where one landed row is both a line and its head,
  `head_rules` are those of the head: a head that breaks one takes all rows of its document along.
-#}
{% macro with_broken_rules(relation, rules, keys, changed_at=none, one_document=none, head_rules=none) -%}
    select
        {{ all_but(['own_rules']) }},
        {{ first_rules([
            ('repeated_row', is_repeated(keys)),
            ('conflicting_row', is_superseded(keys, changed_at)),
        ], one_document) }} as broken_rules
    from (
        {{ with_own_rules(relation, rules, one_document, head_rules) }}
    ) as judged
{%- endmacro %}

{#-
  The same for lines that no key tells apart but their position on a document. A document may be cut: its lines add up
  over files and sheets, and `document_part` numbers the files. What counts once, or no more:

  - Files that landed together are one delivery. If a newer delivery has a line of the same thing on the document
    (`line_of`, a list of columns), it states the document anew, and the older delivery does not count.
  - If a newer file of the same delivery has one with another content, the older file does not count.
  - A line that several files or sheets of a delivery hold counts as often as in the one that holds it most often.

  Documents in one file and one sheet are most, and need none of this.
-#}
{% macro with_broken_rules_of_lines(
    relation, rules, document, line_of, one_document=none, head_rules=none
) -%}
    {%- set same_thing = (['document'] + line_of) | join(', ') -%}
    with

    judged as (

        {{ with_own_rules(relation, rules, one_document, head_rules) }}

    ),

    spread_documents as (

        select {{ document }} as document
        from judged
        where {{ list_is_empty('own_rules') }}
        group by {{ document }}
        having
            min(load_id) <> max(load_id)
            or min(coalesce(source_sheet, '')) <> max(coalesce(source_sheet, ''))

    ),

    spread_lines as (

        select judged.*, spread_documents.document
        from judged
        inner join spread_documents
            on judged.{{ document }} = spread_documents.document
        where {{ list_is_empty('judged.own_rules') }}

    ),

    compared as (

        select
            *,
            first_value(landed_at) over (
                partition by {{ same_thing }} order by {{ newest_file_first() }}
            ) as newest_delivery,
            first_value(load_id) over (
                partition by {{ same_thing }}, landed_at order by {{ newest_file_first() }}
            ) as newest_file,
            first_value(load_id) over (
                partition by document, landed_at, content_hash order by {{ newest_file_first() }}
            ) as newest_file_with_it,
            row_number() over (
                partition by document, load_id, source_sheet, content_hash order by source_row asc nulls last
            ) as copy_number
        from spread_lines

    ),

    states as (

        select
            *,
            max(case when landed_at <> newest_delivery then 1 else 0 end) over (partition by document, landed_at) = 1
            or max(case when newest_file <> newest_file_with_it then 1 else 0 end)
                over (partition by document, load_id) = 1
                as is_older_state
        from compared

    ),

    copies as (

        select
            *,
            row_number() over (
                partition by document, landed_at, is_older_state, content_hash, copy_number
                order by {{ newest_file_first() }}
            ) > 1 as is_copy
        from states

    ),

    parts as (

        select
            load_id as part_load_id,
            source_sheet as part_sheet,
            source_row as part_row,
            is_older_state,
            is_copy,
            cast(dense_rank() over (
                partition by document, is_older_state, is_copy
                order by source_file asc nulls last, load_id asc nulls last
            ) as integer) as part_number
        from copies

    ),

    with_parts as (

        select
            judged.*,
            parts.is_older_state,
            parts.is_copy,
            coalesce(parts.part_number, 1) as document_part
        from judged
        left join parts
            on
                judged.load_id = parts.part_load_id
                and judged.source_sheet is not distinct from parts.part_sheet
                and judged.source_row = parts.part_row

    )

    select
        {{ all_but(['own_rules', 'is_older_state', 'is_copy']) }},
        {{ first_rules(
            [('conflicting_row', 'is_older_state'), ('repeated_row', 'is_copy')], one_document
        ) }} as broken_rules
    from with_parts
{%- endmacro %}

{#- The rows of a relation with the rules that they break by themselves, or with the head of their document. -#}
{% macro with_own_rules(relation, rules, one_document=none, head_rules=none) -%}
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
{%- endmacro %}

{#- The rules that a row breaks by itself; where there are none, that its number stands for several documents; else
    those that other versions of it make it break. -#}
{% macro first_rules(versions, one_document=none) -%}
    case
        when not {{ list_is_empty('own_rules') }} then own_rules
        {% if one_document and (one_document.agree or one_document.agree_in_a_load) -%}
        when {{ is_ambiguous(one_document) }} then {{ list_of(["'ambiguous_document'"]) }}
        {% endif -%}
        else {{ compact_list(versions) }}
    end
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
