"""Delegations, their statements, and the list of speakers."""

from delegations.models.delegation import Delegate, Delegation, DelegationChange
from delegations.models.erasure import Erasure
from delegations.models.notice import Notice
from delegations.models.programme import HighLevelSession, SpeakingSlot
from delegations.models.statement import MODE_OF_ANSWER, PolicyStatement, StatementText
from delegations.models.token import ApiCall, ApiToken

__all__ = [
    "MODE_OF_ANSWER",
    "ApiCall",
    "ApiToken",
    "Delegate",
    "Delegation",
    "DelegationChange",
    "Erasure",
    "HighLevelSession",
    "Notice",
    "PolicyStatement",
    "SpeakingSlot",
    "StatementText",
]
