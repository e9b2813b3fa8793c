"""What the partnership team reads."""
