"""Reads: rows to plain values. Nothing here writes."""
