"""What calendars are told: the hours of sessions, and what each office was sent of them."""
