-- grain: one follower account

{{ accepted(ref('base_social__followers')) }}
