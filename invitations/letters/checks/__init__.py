"""Scrutiny: what a letter lacks before it is composed, and the doubts before it is approved."""
