"""Changes that wait for a second person: the row, and what is held when it changes in use."""
