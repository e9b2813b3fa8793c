"""Delegations, statements and the list of speakers on the secretariat's desk."""

from delegations.admin import delegations, notices, programme, roles, statements

__all__ = ["delegations", "notices", "programme", "roles", "statements"]
