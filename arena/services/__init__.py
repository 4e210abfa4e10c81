"""Writes: one verb, one function, one writer."""
