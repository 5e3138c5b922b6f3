{#- Bound of the Wilson score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212): `hits` of `base`, normal
    quantile `z`; `sign` is '-' for the lower and '+' for the upper bound. Null without a base. -#}
{% macro wilson_bound(hits, base, z, sign) -%}
    (
        {{ hits }} + {{ z }} * {{ z }} / 2
        {{ sign }} {{ z }} * sqrt(
            {{ hits }} * (1 - {{ hits }} / cast(nullif({{ base }}, 0) as double)) + {{ z }} * {{ z }} / 4
        )
    ) / (nullif({{ base }}, 0) + {{ z }} * {{ z }})
{%- endmacro %}
