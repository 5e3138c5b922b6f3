"""Measurements: time and memory of the main jobs, and what a build joins. None of them is a test."""
