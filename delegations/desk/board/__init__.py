"""The board of all States: how each stands, who is silent, what comes, and the sheet of it."""
