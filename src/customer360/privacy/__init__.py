"""Personal data: the hashing key, file permissions, erasure and its proof, and what was exported."""
