-- grain: one measure of the landing layer for one scope, held against its threshold

{{ rated(ref('measures_landing')) }}
