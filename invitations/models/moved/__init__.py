"""Moved dates: what moves, and which office has said again whether it comes."""
