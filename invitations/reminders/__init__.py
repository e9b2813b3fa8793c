"""Reminders: their days, their planning, and the forecast of those to come."""
