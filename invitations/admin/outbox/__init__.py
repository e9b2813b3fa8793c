"""The pages of the queue and its deliveries."""

from invitations.admin.outbox import deliveries, held_changes, operations, originals

__all__ = ["deliveries", "held_changes", "operations", "originals"]
