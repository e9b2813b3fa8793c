"""Reminders: on which day which one leaves, and to whom."""
