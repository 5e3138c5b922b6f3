-- grain: one store

{{ accepted(ref('base_pos__stores')) }}
