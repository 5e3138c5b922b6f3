-- grain: one switch of the privacy settings

{{ accepted(ref('base_app__consents')) }}
