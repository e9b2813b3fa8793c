"""Reminders: the steps of an edition, what a yes asks for, and the calls of the last step."""
