"""The mathematics of ratings: items 0..M-1, arrays in, frozen values out. No Django here."""
