"""Signals of quality, computed from texts alone: what tells a rater who wrote a response. No Django here."""
