"""What machines read, and nothing that they could change: addresses under /api/."""
