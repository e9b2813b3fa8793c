"""What needs a person: one list for the first page, of what its reader may do something about."""
