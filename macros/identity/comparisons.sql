{#-
  What two records of persons are compared by, and how far they may agree (docs/decisions/0017). One list for the models that
  compare, weigh and explain, and for the test that holds seed identity_levels to it. The first level that holds counts;
  null: one of the two does not say. `share`: the column of int_identity__compared with the share of records that have the
  value, for a level at which a rare value says more than a common one.
  `household`: people of one household agree on it more often than strangers. Two looks at one thing are levels of one comparison: else they would count twice.
-#}
{% macro identity_comparisons() -%}
{#- 魏伟 (wei wei) is neither turned nor crossed beside another 魏伟 -#}
{%- set other_given = "coalesce(a.given_sound <> b.given_sound, true)" -%}
{{ return({
    'given_name': {
        'unknown': "a.given_name is null or b.given_name is null or (a.is_one_word and b.is_one_word and not (" ~ is_near_given('a', 'b') ~ "))",
        'levels': [
            {'level': 'equal', 'if': "a.given_name = b.given_name", 'share': 'given_name_share'},
            {'level': 'turned', 'if': other_given ~ " and a.given_sound = b.family_sound and b.given_sound = a.family_sound", 'first': true},
            {'level': 'crossed', 'if': other_given ~ " and " ~ may_be_crossed('a', 'b') ~ " and (a.given_sound = b.family_sound or b.given_sound = a.family_sound or (a.is_one_word and " ~ is_near_word('a.given_sound', 'b.family_sound') ~ ") or (b.is_one_word and " ~ is_near_word('b.given_sound', 'a.family_sound') ~ "))", 'first': true},
            {'level': 'sound', 'if': "a.given_sound = b.given_sound", 'share': 'given_sound_share'},
            {'level': 'nickname', 'if': "contains(a.given_formals, ' ' || b.given_sound || ' ') or contains(b.given_formals, ' ' || a.given_sound || ' ')"},
            {'level': 'part', 'if': is_part_of_given('a', 'b') ~ ' or ' ~ is_part_of_given('b', 'a')},
            {'level': 'near', 'if': is_near_given('a', 'b')},
            {'level': 'far', 'if': is_far_given('a', 'b')},
        ],
    },
    'family_name': {
        'household': true,
        'unknown': "a.family_name is null or b.family_name is null or (" ~ other_given ~ " and " ~ may_be_crossed('a', 'b') ~ " and (coalesce(a.given_sound = b.family_sound, false) or coalesce(b.given_sound = a.family_sound, false)))",
        'levels': [
            {'level': 'equal', 'if': "a.family_name = b.family_name", 'share': 'family_name_share'},
            {'level': 'sound', 'if': "a.family_sound = b.family_sound", 'share': 'family_sound_share'},
            {'level': 'near', 'if': "a.is_latin and b.is_latin and " ~ is_near_word('a.family_sound', 'b.family_sound')},
            {'level': 'far', 'if': "a.is_latin and b.is_latin and least(length(a.family_sound), length(b.family_sound)) >= 3 and " ~ text_likeness('a.family_sound', 'b.family_sound') ~ " >= 0.75"},
        ],
    },
    'birth': {
        'unknown': "a.birth_year is null or b.birth_year is null",
        'levels': [
            {'level': 'equal', 'if': "a.birth_day = b.birth_day", 'share': 'birth_day_share'},
            {'level': 'near', 'if': "a.birth_day is not null and b.birth_day is not null and (" ~ edit_distance('a.birth_day', 'b.birth_day') ~ " <= 1 or (left(a.birth_day, 4) = left(b.birth_day, 4) and substr(a.birth_day, 5, 2) = substr(b.birth_day, 7, 2) and substr(a.birth_day, 7, 2) = substr(b.birth_day, 5, 2)))"},
            {'level': 'two_parts', 'if': "(a.birth_year = b.birth_year and (substr(a.birth_day, 5, 2) = substr(b.birth_day, 5, 2) or substr(a.birth_day, 7, 2) = substr(b.birth_day, 7, 2))) or substr(a.birth_day, 5, 4) = substr(b.birth_day, 5, 4)"},
            {'level': 'year', 'if': "a.birth_year = b.birth_year"},
            {'level': 'decade', 'if': "abs(a.birth_year - b.birth_year) <= 10"},
        ],
    },
    'phone': {
        'household': true,
        'unknown': "coalesce(a.phone, a.phone_pattern) is null or coalesce(b.phone, b.phone_pattern) is null",
        'levels': [
            {'level': 'equal', 'if': "a.phone = b.phone", 'share': 'phone_share'},
            {'level': 'near', 'if': "a.phone is not null and b.phone is not null and levenshtein(a.phone, b.phone) <= 1"},
            {'level': 'masked', 'if': "(a.phone is null or b.phone is null) and a.phone_pattern = b.phone_pattern", 'share': 'phone_pattern_share'},
        ],
    },
    'email': {
        'household': true,
        'unknown': "a.email is null or b.email is null",
        'levels': [
            {'level': 'equal', 'if': "a.email = b.email", 'share': 'email_share'},
            {'level': 'user', 'if': "a.email_user = b.email_user", 'share': 'email_user_share'},
            {'level': 'numbered', 'if': "length(a.email_letters) >= 3 and a.email_letters = b.email_letters"},
            {'level': 'near', 'if': "least(length(a.email_user), length(b.email_user)) >= 5 and (" ~ text_likeness('a.email_user', 'b.email_user') ~ " >= 0.9 or " ~ edit_distance('a.email_user', 'b.email_user') ~ " <= 2)"},
        ],
    },
    'place': {
        'household': true,
        'unknown': "(a.home_address is null or b.home_address is null) and (a.city is null or b.city is null)",
        'levels': [
            {'level': 'address', 'if': "a.home_address = b.home_address and coalesce(a.city = b.city, true)", 'share': 'home_address_share'},
            {'level': 'near_address', 'if': "coalesce(a.city = b.city, true) and a.address_numbers = b.address_numbers and " ~ edit_distance('a.home_address', 'b.home_address') ~ " <= 4"},
            {'level': 'numbers', 'if': "a.city = b.city and a.address_numbers = b.address_numbers"},
            {'level': 'like_address', 'if': "coalesce(a.city = b.city, true) and " ~ has_no_other_number('a', 'b') ~ " and " ~ text_likeness('a.home_address', 'b.home_address') ~ " >= 0.93"},
            {'level': 'other_address', 'if': "a.city = b.city and a.home_address is not null and b.home_address is not null", 'share': 'city_share'},
            {'level': 'city', 'if': "a.city = b.city", 'share': 'city_share'},
            {'level': 'near_city', 'if': "not a.is_city_coded and not b.is_city_coded and " ~ is_near_word('a.city', 'b.city')},
        ],
    },
    'gender': {
        'unknown': "a.gender is null or b.gender is null",
        'levels': [{'level': 'equal', 'if': "a.gender = b.gender"}],
    },
    'identifier': {
        'unknown': "coalesce(a.unionid = b.unionid, a.id_number_hash = b.id_number_hash, a.member_no = b.member_no) is null",
        'levels': [
            {'level': 'equal', 'if': "a.unionid = b.unionid or a.id_number_hash = b.id_number_hash or a.member_no = b.member_no"},
            {'level': 'conflict', 'if': "a.unionid <> b.unionid or a.id_number_hash <> b.id_number_hash"},
            {'level': 'near', 'if': "least(length(a.member_no), length(b.member_no)) >= 6 and " ~ edit_distance('a.member_no', 'b.member_no') ~ " <= 1"},
        ],
    },
}) }}
{%- endmacro %}

{#- The level at which records `a` and `b` (aliases of int_identity__compared) agree, one column for each comparison. -#}
{% macro compared_levels() -%}
    {%- for name, comparison in identity_comparisons().items() %}
    case
        {%- for level in comparison.levels if level.first %}
        when {{ level.if }} then '{{ level.level }}'
        {%- endfor %}
        when {{ comparison.unknown }} then null
        {%- for level in comparison.levels if not level.first %}
        when {{ level.if }} then '{{ level.level }}'
        {%- endfor %}
        else 'different'
    end as {{ name }}_level{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The numbers of one address are among those of the other: the flat may be missing, another house is another. -#}
{% macro has_no_other_number(a, b) -%}
    coalesce(
        contains('.' || {{ a }}.address_numbers || '.', '.' || {{ b }}.address_numbers || '.')
        or contains('.' || {{ b }}.address_numbers || '.', '.' || {{ a }}.address_numbers || '.'),
        true
    )
{%- endmacro %}

{#- Rob of Robert, J of John; of a Chinese given name one of its characters (*红 of 黄*红 shows one). -#}
{% macro is_part_of_given(part, whole) -%}
    case
        when {{ part }}.is_latin and {{ whole }}.is_latin then {{ begins_with(whole ~ '.given_sound', part ~ '.given_sound') }}
        when not {{ part }}.is_latin and not {{ whole }}.is_latin then contains({{ whole }}.given_name, replace({{ part }}.given_name, '*', ''))
        else false
    end
{%- endmacro %}

{#- 小尉 beside 尉飞, or a name turned round. Two complete Chinese names share the character: 聂辰 and 陈颖 only sound alike. -#}
{% macro may_be_crossed(a, b) -%}
    coalesce(
        {{ a }}.is_latin
        or {{ b }}.is_latin
        or {{ a }}.name_key is null
        or {{ b }}.name_key is null
        or {{ a }}.given_name = {{ b }}.family_name
        or {{ b }}.given_name = {{ a }}.family_name,
        true
    )
{%- endmacro %}

{#- A typing error; of a Chinese given name of two characters one that sounds nearly alike: 玲 and 明 are two names. -#}
{% macro is_near_given(a, b) -%}
    case
        when {{ a }}.is_latin and {{ b }}.is_latin then {{ is_near_word(a ~ '.given_sound', b ~ '.given_sound') }}
        else
            least(length({{ a }}.given_name), length({{ b }}.given_name)) > 1
            and levenshtein({{ a }}.given_sound, {{ b }}.given_sound) <= 1
    end
{%- endmacro %}

{#- Something in common; brothers share a character of their given names. -#}
{% macro is_far_given(a, b) -%}
    case
        when {{ a }}.is_latin and {{ b }}.is_latin
            then
                least(length({{ a }}.given_sound), length({{ b }}.given_sound)) >= 3
                and {{ text_likeness(a ~ '.given_sound', b ~ '.given_sound') }} >= 0.75
        when {{ a }}.is_latin or {{ b }}.is_latin then false
        else
            left({{ a }}.given_name, 1) = left({{ b }}.given_name, 1)
            or right({{ a }}.given_name, 1) = right({{ b }}.given_name, 1)
    end
{%- endmacro %}

{#- One letter off, of seven letters and more two; or nearly the same beginning. -#}
{% macro is_near_word(a, b) -%}
    least(length({{ a }}), length({{ b }})) >= 3
    and (
        {{ text_likeness(a, b) }} >= 0.88
        or {{ edit_distance(a, b) }} <= case when least(length({{ a }}), length({{ b }})) >= 7 then 2 else 1 end
    )
{%- endmacro %}

{#-
  Why a pair asks for more than its weight, null where it does not. An identifier of one's own settles it, but not under another name
  and birth date: cards are shared.
    other_name    another given name under one family name (twins, brothers, parent and child), or neither name the same
    nameless      no given name, and nothing that is one person's alone: a family shares phone, address and surname
    name_alone    nothing but the name agrees, or name and town where the name has two numbers there
    generations   one name, one address or phone, and more than ten years between them: father and son
    namesakes     the name agrees, and every way to reach them that both say differs
  `pair`: an alias with the columns of compared_levels.
-#}
{% macro asks_for_more(pair) -%}
    case
        when
            {{ pair }}.identifier_level in ('equal', 'near')
            and not coalesce(
                {{ pair }}.given_name_level = 'different' and {{ pair }}.birth_level in ('decade', 'different'), false
            )
            then null
        when
            {{ pair }}.family_name_level = 'different'
            and {{ pair }}.given_name_level not in ('equal', 'sound', 'nickname')
            then 'other_name'
        when
            {{ pair }}.given_name_level = 'different'
            and {{ pair }}.family_name_level <> 'different'
            and coalesce({{ pair }}.birth_level = 'equal', true)
            then 'other_name'
        when
            {{ pair }}.given_name_level is null
            and coalesce({{ pair }}.birth_level not in ('equal', 'near', 'two_parts'), true)
            and coalesce({{ pair }}.email_level not in ('equal', 'user', 'near'), true)
            then 'nameless'
        when coalesce({{ pair }}.email_level in ('equal', 'user', 'near'), false) then null
        when
            coalesce({{ pair }}.phone_level in ('different', 'near'), true)
            and coalesce(
                {{ pair }}.place_level = 'different'
                or (
                    {{ pair }}.phone_level is null
                    and {{ pair }}.place_level = 'city'
                    and {{ pair }}.is_town_name_shared
                ),
                true
            )
            and coalesce({{ pair }}.birth_level not in ('equal', 'near', 'two_parts', 'year'), true)
            then 'name_alone'
        when
            {{ pair }}.birth_level = 'different'
            and coalesce({{ pair }}.family_name_level <> 'different', true)
            then 'generations'
        when
            -- the next number of an office is another one, unless the birth date agrees
            coalesce(
                {{ pair }}.phone_level = 'different'
                or ({{ pair }}.phone_level = 'near' and coalesce({{ pair }}.birth_level not in ('equal', 'near'), true)),
                true
            )
            and (
                coalesce({{ pair }}.place_level in ('different', 'other_address'), true)
                or (
                    {{ pair }}.phone_level = 'different'
                    and coalesce({{ pair }}.birth_level <> 'equal', true)
                    and {{ pair }}.place_level <> 'address'
                )
            )
            and coalesce({{ pair }}.phone_level, {{ pair }}.email_level, {{ pair }}.place_level) is not null
            then 'namesakes'
    end
{%- endmacro %}

{#- log2 of the share of random pairs that agree at the level: of the value where the level has one, else the model's. -#}
{% macro comparison_chance(name, comparison) -%}
    {%- set shared = comparison.levels | selectattr('share', 'defined') | list -%}
    {%- if shared -%}
    case compared.{{ name }}_level
        {%- for level in shared %}
        when '{{ level.level }}' then log2(a.{{ level.share }})
        {%- endfor %}
        else {{ name }}.chance_bits
    end
    {%- else -%}
    {{ name }}.chance_bits
    {%- endif -%}
{%- endmacro %}

{#- The probability of a match at the middle of a band of weights. -#}
{% macro match_chance(band, prior) -%}
    ({{ prior }}.match_prior * power(2.0, {{ band }}.evidence_weight) / (
        {{ prior }}.match_prior * power(2.0, {{ band }}.evidence_weight)
        + {{ prior }}.household_prior * power(2.0, {{ band }}.household_weight)
        + 1.0 - {{ prior }}.match_prior - {{ prior }}.household_prior
    ))
{%- endmacro %}
