-- grain: one loyalty card

{{ accepted(ref('base_pos__members')) }}
