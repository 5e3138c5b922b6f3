-- grain: one shop account

{{ accepted(ref('base_shop__users')) }}
