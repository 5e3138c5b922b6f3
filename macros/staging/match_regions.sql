{% macro match_regions(relation, address, steps=5) %}
    {#- A query with one row per distinct non-null value of `address` in `relation`:
        address, province_code, city_code, district_code, district, region_status (city, province, unmapped).

        An address is read from its start, one division per step: the longest name (official, short or other_names)
        that fits the lineage found so far. A city names its province, a county that exists once names both. A short
        name is no division where a street or a smaller place goes on (南京路, 朝阳区). The steps work on distinct heads
        of a few characters, and repeated divisions (省, 市 and address put together) are read over. -#}
    {#- As many characters as the function prefixes reads. -#}
    {%- set head_length = 12 -%}
    {#- Linting reads a model's own SQL; a step is as good as five. -#}
    {%- set steps = 1 if target.name == 'lint' else steps -%}
with texts as (
    select
        address,
        {{ bind(
            function('han_simplify') ~ '(' ~ function('squeeze') ~ '(left(address, 60)))', '_a',
            regexp_replace_all(regexp_replace_all('_a', '[ ,./|_-]', ''), '^(?:[0-9]{6})?(?:中华人民共和国|中国)?', '')
        ) }} as rest
    from (select distinct {{ address }} as address from {{ relation }}) as a
    where address is not null
),

divisions as (
    select
        d.code,
        d.level,
        case d.level when 'province' then d.code when 'city' then d.parent_code else c.parent_code end as province_code,
        case d.level when 'city' then d.code when 'county' then d.parent_code end as city_code,
        case d.level when 'county' then d.code end as district_code,
        d.label_zh,
        d.short_name,
        d.other_names
    from {{ ref('administrative_divisions') }} as d
    left join {{ ref('administrative_divisions') }} as c on d.parent_code = c.code
    where d.level in ('province', 'city', 'county')
),

{# A municipality is known as its city alone, so that 北京 names both. -#}
names as (
    select distinct
        n.name,
        n.code,
        n.province_code,
        n.city_code,
        n.district_code,
        n.name <> n.label_zh as is_short
    from (
        select
            *,
            {{ each_element(text_parts("concat_ws('|', label_zh, short_name, other_names)", '|')) }} as name
        from divisions
    ) as n
    where
        n.name <> ''
        and not (n.level = 'province' and n.label_zh in (select label_zh from divisions where level = 'city'))
),

{# What an address may start with: a county only where no other division has its name. -#}
openings as (
    select * from names
    where
        district_code is null
        or (not is_short and name in (select name from names group by name having count(*) = 1))
),

step_0 as (
    select
        address,
        rest,
        left(rest, {{ head_length }}) as head,
        '' as province_code,
        '' as city_code,
        '' as district_code,
        '' as district
    from texts
),
{% for step in range(1, steps + 1) %}
{#- Unnested before the join: joined any other way, every head would meet every name of its province. #}
prefixes_{{ step }} as (
    select
        head,
        province_code,
        city_code,
        {{ each_element('starts') }} as prefix
    from (
        select
            *,
            {{ function('prefixes') }}(head) as starts
        from (select distinct head, province_code, city_code from step_{{ step - 1 }} where head is not null) as h
    ) as s
),

matches_{{ step }} as (
    select
        h.head,
        h.province_code as known_province_code,
        h.city_code as known_city_code,
        n.name,
        n.province_code,
        coalesce(n.city_code, h.city_code) as city_code,
        coalesce(n.district_code, '') as district_code,
        row_number() over (
            partition by h.head, h.province_code, h.city_code
            order by length(n.name) desc, n.district_code is not null, n.city_code is not null, n.code
        ) as position
    from prefixes_{{ step }} as h
    inner join {{ 'openings' if step == 1 else 'names' }} as n
        on
            h.prefix = n.name
            {%- if step > 1 %}
            and h.province_code = n.province_code
            and (h.city_code = '' or n.city_code is null or h.city_code = n.city_code)
            {%- endif %}
    where not (n.is_short and {{ function('goes_on_as_street') }}(substr(h.head, length(n.name) + 1)))
),

{#- An address is done, and its head null, once nothing matches or its district is known. #}
step_{{ step }} as (
    select
        t.address,
        substr(t.rest, 1 + coalesce(length(m.name), 0)) as rest,
        case when m.district_code = '' then left(substr(t.rest, 1 + length(m.name)), {{ head_length }}) end as head,
        coalesce(m.province_code, t.province_code) as province_code,
        coalesce(m.city_code, t.city_code) as city_code,
        coalesce(m.district_code, t.district_code) as district_code,
        case when m.district_code <> '' then m.name else t.district end as district
    from step_{{ step - 1 }} as t
    left join matches_{{ step }} as m
        on
            t.head = m.head
            and t.province_code = m.known_province_code
            and t.city_code = m.known_city_code
            and m.position = 1
),
{% endfor %}
placed as (
    select
        address,
        nullif(province_code, '') as province_code,
        nullif(city_code, '') as city_code,
        nullif(district_code, '') as district_code,
        coalesce(
            nullif(district, ''),
            case
                when province_code <> ''
                    then nullif(regexp_extract(rest, '^([^0-9a-zA-Z()]{1,9}?(?:新区|区|县|市|旗))', 1), '')
            end
        ) as district
    from step_{{ steps }}
),

final as (
    select
        address,
        coalesce(province_code, 'unmapped') as province_code,
        coalesce(city_code, 'unmapped') as city_code,
        case when district is not null then coalesce(district_code, 'unmapped') end as district_code,
        district,
        case
            when city_code is not null then 'city'
            when province_code is not null then 'province'
            else 'unmapped'
        end as region_status
    from placed
)

select * from final
{% endmacro %}
