"""Text generation behind one small interface. No Django here."""
