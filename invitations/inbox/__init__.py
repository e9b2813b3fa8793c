"""Mail that comes back: letters to the secretariat and undelivered mail."""
