-- grain: one app account

{{ accepted(ref('base_app__users')) }}
