"""How long it takes to open a battle, through the service and through the HTTP door, and whether draws are what they say.

`python -m benchmarks.openings [--battles 10000] [--seconds 60] [--rate 20] [--contestants 60] [--seed 1] [--json F]`

Everything happens on an SQLite database of its own in a temporary folder: a contest with simulated texts, battles opened
and voted on through the service, then a real server under an even load.
"""
