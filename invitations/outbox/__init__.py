"""The outbox: what may leave, what has left, and what a person decides."""
