-- grain: one pair of records drawn for a steward

-- By chance within each band: in the order of a hash of the pair, which another build of the same records draws again.
-- In the order of the draw every band has its share of any first so many.

with

ranked as (

    select
        pairs.pair_kind,
        pairs.band,
        pairs.record_key_a,
        pairs.record_key_b,
        pairs.match_probability,
        a.record_id as record_id_a,
        b.record_id as record_id_b,
        row_number() over (
            partition by pairs.pair_kind, pairs.band
            order by md5(a.record_id || '|' || b.record_id) asc, a.record_id asc, b.record_id asc
        ) as place
    from {{ ref('banded_pairs') }} as pairs
    inner join {{ ref('int_identity__records') }} as a
        on pairs.record_key_a = a.record_key
    inner join {{ ref('int_identity__records') }} as b
        on pairs.record_key_b = b.record_key

),

drawn as (

    select
        ranked.*,
        bands.band_order,
        (ranked.place - 0.5) / bands.draw_count as draw_position
    from ranked
    inner join {{ ref('weight_bands') }} as bands
        on
            ranked.pair_kind = bands.pair_kind
            and ranked.band = bands.band
    where ranked.place <= bands.draw_count

),

final as (

    select
        cast(
            row_number() over (
                order by drawn.draw_position asc, drawn.band_order asc, drawn.pair_kind asc, drawn.record_id_a asc
            ) as integer
        ) as draw_order,
        cast(drawn.pair_kind || ' ' || drawn.band as string) as drawn_as,
        cast(drawn.record_id_a as string) as record_id_a,
        cast(drawn.record_id_b as string) as record_id_b,
        cast(ids_a.customer_id as string) as customer_id_a,
        cast(ids_b.customer_id as string) as customer_id_b,
        cast(drawn.match_probability as double) as match_probability
    from drawn
    inner join {{ ref('int_customers__ids') }} as ids_a
        on drawn.record_key_a = ids_a.record_key
    inner join {{ ref('int_customers__ids') }} as ids_b
        on drawn.record_key_b = ids_b.record_key

)

select * from final
