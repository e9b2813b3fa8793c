"""Real programs and servers of one's own, for tests and the soak.

Nothing here needs Django: what does harm shares nothing with what it is done to. Linux only.
"""
