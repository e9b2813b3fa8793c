"""The programme: sessions, whose hours calendars have, and the list of speakers."""
