"""Which pair next: arrays and a random generator in; pair, propensity and reason out. No Django here."""
