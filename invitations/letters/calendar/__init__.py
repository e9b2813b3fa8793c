"""The calendar of who comes: what an office is to have in it, and how calendars read it."""
