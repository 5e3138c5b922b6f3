{#- Letters, Han and figures are what is left; marks divide words as blanks do. -#}
{%- set marks = '[\\x{0021}-\\x{002F}\\x{003A}-\\x{0040}\\x{005B}-\\x{0060}\\x{007B}-\\x{007E}\\x{00A1}-\\x{00BF}\\x{3001}-\\x{303F}€]+' -%}
{{ function('squeeze') }}(
    {{ regexp_replace_all('lower(' ~ function('han_simplify') ~ '(' ~ function('squeeze') ~ '(text)))', marks, ' ') }}
)
