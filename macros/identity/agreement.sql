{#-
  How far two names may be one person's or one company's. Of persons:
    equal       the same complete name
    sound       the same reading: homophones, pinyin in either order
    close       the given name turned round; of Latin names up to two letters off. One Chinese character off is none:
                brothers share one
    partial     one of them is a part of a name: surname, nickname, given name alone, initial, what a mask leaves (*霞红)
    unknown     one record has no name, or they show other parts of one (王 and *霞红)
    different
  Of organisations: equal (name and branch), sound (the place moved), close (one contains the other, or one letter off),
  else different. Edits are counted in bytes: a Chinese character is three. A branch is another organisation than its head office.
  `a` and `b` are aliases of int_identity__records.
-#}
{% macro name_agreement(a, b) -%}
    case
        when {{ a }}.name is null or {{ b }}.name is null then 'unknown'
        when {{ a }}.customer_kind = 'organisation'
            then
                case
                    when coalesce({{ a }}.company_branch, '') <> coalesce({{ b }}.company_branch, '') then 'different'
                    when {{ a }}.name = {{ b }}.name then 'equal'
                    when {{ a }}.name_key = {{ b }}.name_key then 'sound'
                    when
                        least(length({{ a }}.name), length({{ b }}.name)) >= 4
                        and (
                            contains({{ a }}.name, {{ b }}.name)
                            or contains({{ b }}.name, {{ a }}.name)
                            or {{ edit_distance(a ~ '.name', b ~ '.name') }} <= 1
                        )
                        then 'close'
                    else 'different'
                end
        when {{ a }}.name = {{ b }}.name then case when {{ a }}.name_key is null then 'partial' else 'equal' end
        when {{ a }}.name_key is not null and {{ b }}.name_key is not null
            then
                case
                    when
                        {{ a }}.name_key = {{ b }}.name_key
                        or {{ a }}.name_sound in ({{ b }}.name_sound, {{ b }}.name_sound_turned)
                        or {{ a }}.name_sound_turned = {{ b }}.name_sound
                        then 'sound'
                    when {{ a }}.surname_length > 0 and {{ b }}.surname_length > 0
                        then
                            case
                                when left({{ a }}.name, {{ a }}.surname_length) <> left({{ b }}.name, {{ b }}.surname_length)
                                    then
                                        case
                                            when {{ is_given_alone(a, b) }} or {{ is_given_alone(b, a) }} then 'partial'
                                            else 'different'
                                        end
                                when reverse({{ given_part(a) }}) = {{ given_part(b) }} then 'close'
                                else 'different'
                            end
                    when
                        {{ a }}.surname_length = 0
                        and {{ b }}.surname_length = 0
                        and least(length({{ a }}.name_sound), length({{ b }}.name_sound)) > 6
                        and least(
                            {{ edit_distance(a ~ '.name_sound', b ~ '.name_sound') }},
                            {{ edit_distance(a ~ '.name_sound', b ~ '.name_sound_turned') }}
                        ) <= 2
                        then 'close'
                    else 'different'
                end
        when {{ shows_other_part(a, b) }} or {{ shows_other_part(b, a) }} then 'unknown'
        when contains({{ a }}.name, '*') or contains({{ b }}.name, '*')
            then case when {{ fits_under_mask(a, b) }} then 'partial' else 'different' end
        when
            {{ is_part_of_name(a, b) }}
            or {{ is_part_of_name(b, a) }}
            or {{ shares_latin_surname(a, b) }}
            then 'partial'
        else 'different'
    end
{%- endmacro %}

{% macro given_part(a) -%} substr({{ a }}.name, {{ a }}.surname_length + 1) {%- endmacro %}

{#- 子涵 of 胡子涵. -#}
{% macro is_given_alone(part, whole) -%}
    (length({{ part }}.name) = 2 and length({{ whole }}.name) = 3 and {{ ends_with(whole ~ '.name', part ~ '.name') }})
{%- endmacro %}

{#- A surname beside a name whose surname is hidden. -#}
{% macro shows_other_part(surname, given) -%}
    (left({{ given }}.name, 1) = '*' and length({{ surname }}.name) = {{ surname }}.surname_length)
{%- endmacro %}

{#- What stands before a star fits the other name's beginning, what stands behind it the other's end: *霞红, 黄*红, 黄霞红.
    A surname alone shows no end. -#}
{% macro fits_under_mask(a, b) -%}
    {%- set heads, tails = [], [] -%}
    {%- for x in (a, b) -%}
    {%- do heads.append("split_part(" ~ x ~ ".name, '*', 1)") -%}
    {%- do tails.append(
        "case when length(" ~ x ~ ".name) > " ~ x ~ ".surname_length then split_part('*' || " ~ x ~ ".name, '*', -1) else '' end"
    ) -%}
    {%- endfor -%}
    (
        ({{ begins_with(heads[0], heads[1]) }} or {{ begins_with(heads[1], heads[0]) }})
        and ({{ ends_with(tails[0], tails[1]) }} or {{ ends_with(tails[1], tails[0]) }})
    )
{%- endmacro %}

{#- 'm rossi' beside 'marco rossi'. -#}
{% macro shares_latin_surname(a, b) -%}
    (
        {{ a }}.surname_length = 0
        and {{ b }}.surname_length = 0
        and least(length(split_part({{ a }}.name, ' ', 1)), length(split_part({{ b }}.name, ' ', 1))) = 1
        and left({{ a }}.name, 1) = left({{ b }}.name, 1)
        and split_part({{ a }}.name, ' ', 2) = split_part({{ b }}.name, ' ', 2)
    )
{%- endmacro %}

{#- 王 of 王伟, 阿婷 and 婷婷 of 李婷, wang of wang wei, rossi of marco rossi. -#}
{% macro is_part_of_name(part, whole) -%}
    (
        {{ begins_with(whole ~ '.name', part ~ '.name') }}
        or {{ ends_with(whole ~ '.name', part ~ '.name') }}
        or (
            length({{ part }}.name) = 2
            and (left({{ part }}.name, 1) = '阿' or left({{ part }}.name, 1) = right({{ part }}.name, 1))
            and right({{ part }}.name, 1) = right({{ whole }}.name, 1)
        )
        or ({{ whole }}.surname_length = 0 and contains(' ' || {{ whole }}.name || ' ', ' ' || {{ part }}.name || ' '))
        or (length({{ part }}.name_sound) > 1 and {{ begins_with(whole ~ '.name_sound', part ~ '.name_sound') }})
    )
{%- endmacro %}

{#- Whether all records under one value that say something say the same (a window of int_identity__attachments). -#}
{% macro all_agree(x) -%}
    coalesce(
        min({{ x }}) over (partition by occupied.customer_kind, occupied.evidence_type, occupied.value)
        = max({{ x }}) over (partition by occupied.customer_kind, occupied.evidence_type, occupied.value),
        true
    )
{%- endmacro %}

{#- What of a given name tells the gender: the last character of a Chinese one (强, 婷), a Latin one as a whole. -#}
{% macro gendered_part(a) -%}
    case when {{ a }}.surname_length > 0 then right({{ a }}.given_name, 1) else {{ a }}.given_name end
{%- endmacro %}
