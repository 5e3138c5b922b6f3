{#-
  The keys of the model are those of the source of its grain: none lost, none invented. `to` is a model, or a subquery
  in brackets where the grain is a product of several. `within` asks one way only: each key of
  the model is one of `to`.
-#}
{% test same_keys(model, columns, to, to_columns=none, where='true', to_where='true', within=false) %}

with

ours as (

    select distinct {{ columns | join(', ') }}
    from {{ model }}
    where {{ where }}

),

theirs as (

    select distinct {{ (to_columns or columns) | join(', ') }}
    from {{ to }}
    where {{ to_where }}

),

invented as (

    select * from ours
    except
    select * from theirs

),

lost as (

    select * from theirs
    except
    select * from ours

),

counted as (

    select
        'keys that {{ to.identifier or 'the subquery' }} does not have' as rule,
        count(*) as row_count
    from invented
    {%- if not within %}

    union all

    select
        'keys of {{ to.identifier or 'the subquery' }} that are missing' as rule,
        count(*) as row_count
    from lost
    {%- endif %}

)

select * from counted
where row_count > 0

{% endtest %}
