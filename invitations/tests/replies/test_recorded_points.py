import pytest

from invitations.models import Reply
from invitations.replies import REPLY_FIELDS
from invitations.tests.answers import all_said

# What the secretariat and its machine keep of a reply.
KEPT = {
    "id", "invitation", "status", "channel", "received_at", "recorded_at", "recorded_by",
    "correspondence", "form_key", "skips_step", "skips_deadline", "settled_at", "settled_by",
    "settlement_reason", "carried_from", "partnership_informed_at",
}  # fmt: skip


def test_each_field_of_a_reply_is_said_by_the_office_or_kept_by_the_secretariat():
    assert {field.name for field in Reply._meta.fields} == {*REPLY_FIELDS, *KEPT}


@pytest.mark.parametrize("field", REPLY_FIELDS)
def test_whatever_an_office_says_is_among_the_recorded_points(field):
    silent = Reply(answer="regrets")
    says = Reply(**{"answer": "regrets", field: all_said()[field]})

    assert says.recorded_points("en") != silent.recorded_points("en")
