"""What comes back by mail: letters to the secretariat and undelivered mail."""
