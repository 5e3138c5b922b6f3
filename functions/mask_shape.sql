{{ shape_of('text') }}
