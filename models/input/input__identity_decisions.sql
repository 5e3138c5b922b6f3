-- grain: one pair of customer records that a steward decided on

{{ input_union('identity_decisions') }}
