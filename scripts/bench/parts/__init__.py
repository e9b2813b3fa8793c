"""The parts of the bench: each starts children, compares what they cost, and prints the ratios."""
