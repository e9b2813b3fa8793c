"""The queue and its deliveries on the desk."""
