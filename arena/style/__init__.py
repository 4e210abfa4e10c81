"""How a response is written, in numbers: features of texts. No Django here."""
