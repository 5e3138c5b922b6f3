-- grain: one shipment

{{ accepted(ref('base_shop__deliveries')) }}
