-- grain: one behaviour event

{{ accepted(ref('base_app__events')) }}
