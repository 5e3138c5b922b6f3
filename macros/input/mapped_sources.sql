{#-
  Written by `make new-data` from the mappings in models/staging/*/_*__sources.yml; not edited by hand.
  Landed entities that are staged by mapping, and the staging model behind each input entity they offer.
-#}
{% macro mapped_sources() %}
    {{ return([
    ]) }}
{% endmacro %}
