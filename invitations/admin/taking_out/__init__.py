"""What a list shows, taken out as a file: its columns, filters and order are those of the page."""

from invitations.admin.taking_out.page import TakenOutMixin

__all__ = ["TakenOutMixin"]
