"""Texts to safe HTML, numbers to plots. No Django here."""
