"""Mail: write a message, hand it over, read one that came in, and check the sender's DNS."""
