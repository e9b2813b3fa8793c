"""Mail by its own rules: write one, hand it over, read one, and what DNS says of senders."""
