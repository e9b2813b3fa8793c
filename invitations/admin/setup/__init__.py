"""What is set before the first letter: edition, addressees, reminder steps, staff."""
