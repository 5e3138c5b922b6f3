"""From a tested build to what readers see: contract, gate, published copy, versions."""
