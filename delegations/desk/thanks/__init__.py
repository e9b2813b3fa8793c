"""Who is thanked, and for what."""
