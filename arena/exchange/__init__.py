"""File formats in and out: rows to values and back. No Django here."""
