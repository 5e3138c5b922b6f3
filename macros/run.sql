{#- What differs from run to run comes by environment (src/customer360/pipeline/build.py) and is read when SQL is run, not when
    the project is parsed: so dbt keeps what it has parsed. -#}

{#- The name of the build. -#}
{% macro build_id() -%}
    {{ env_var('CUSTOMER360_BUILD_ID', 'by hand') if execute }}
{%- endmacro %}

{#- The folder of what earlier builds left for this one. -#}
{% macro state_folder() -%}
    {{ env_var('CUSTOMER360_STATE', 'warehouse/' ~ var('data_set') ~ '/state') if execute }}
{%- endmacro %}

{#- The name of this package: dbt's project_name is that of the project that it is installed in. -#}
{% macro own_package() -%} {{ return('customer360') }} {%- endmacro %}
