"""Automated raters: texts in, verdict out. No Django here."""
