"""The room: a session as it runs, for who sits beside the chair and for interpreters."""
