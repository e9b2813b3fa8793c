"""Real programs and servers, started for tests and the soak alone.

Nothing here needs Django: it shares nothing with the programs that it harms. Linux only.
"""
