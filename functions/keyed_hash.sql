{#- HMAC-SHA256 in hex. The key never stands in SQL: the dbt-duckdb plugin customer360.dbt_plugins.hmac_key puts the
    two pads of RFC 2104 into session variables. A missing key is an error, a missing value null. -#}
{%- set body -%}
case
    when _h is null then null
    when getvariable('customer360_hmac_inner') is null or getvariable('customer360_hmac_outer') is null
        then error('keyed_hash: no hashing key in this session; set CUSTOMER360_HMAC_KEY')
    else sha256(getvariable('customer360_hmac_outer') || unhex(sha256(getvariable('customer360_hmac_inner') || encode(_h))))
end
{%- endset -%}
{{- bind('text', '_h', body) -}}
