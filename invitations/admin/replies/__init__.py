"""Replies, correspondence and undelivered mail on the desk."""
