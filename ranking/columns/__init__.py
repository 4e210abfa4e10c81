"""From columns of names and words to the numbers that the engine takes; needs numpy only."""
