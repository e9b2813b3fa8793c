"""The queue and its deliveries on the desk."""

from invitations.admin.outbox import deliveries, operations

__all__ = ["deliveries", "operations"]
