-- grain: one refund of an item

{{ accepted(ref('base_shop__refunds')) }}
