"""Texts, circulars, letters and invitations on the desk."""
