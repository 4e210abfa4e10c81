"""Who compares what, and what they said."""
