"""Doors for browsers: parse, ask access, call a service or a query, render."""
