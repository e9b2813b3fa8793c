"""The pages of the queue and its deliveries."""

from invitations.admin.outbox import (
    calendars,
    deliveries,
    held_changes,
    operations,
    originals,
    webhooks,
)

__all__ = ["calendars", "deliveries", "held_changes", "operations", "originals", "webhooks"]
