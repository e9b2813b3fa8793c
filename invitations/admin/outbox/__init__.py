"""The pages of the queue and its deliveries."""

from invitations.admin.outbox import deliveries, operations

__all__ = ["deliveries", "operations"]
