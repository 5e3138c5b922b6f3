{#- The words of an article's name without its figures: of Gift Card - $50, gift card. -#}
{% macro article_words(name) -%}
    {{ function('plain_words') }}({{ regexp_replace_all(name, '[0-9][0-9.,]*( *(元|CNY|USD|EUR|GBP))?', ' ') }})
{%- endmacro %}
