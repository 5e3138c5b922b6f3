-- grain: one request

{{ input_union('erasure_requests') }}
