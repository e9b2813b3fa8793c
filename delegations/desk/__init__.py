"""The secretariat's pages that need both apps: a State as a whole, the board."""
