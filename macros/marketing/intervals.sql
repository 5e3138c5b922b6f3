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

{#- Quantile of Student's t with `degrees` of freedom from the normal quantile `z`: the first terms of the Cornish-Fisher
    expansion (Abramowitz and Stegun 26.7.5), within 0.2% from 8 degrees on at 95%. -#}
{% macro student_quantile(z, degrees) -%}
    {{ z }} + (power({{ z }}, 3) + {{ z }}) / (4 * {{ degrees }})
    + (5 * power({{ z }}, 5) + 16 * power({{ z }}, 3) + 3 * {{ z }}) / (96 * power({{ degrees }}, 2))
{%- endmacro %}
