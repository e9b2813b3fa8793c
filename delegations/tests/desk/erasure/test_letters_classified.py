"""What becomes of each kind of letter and field of a reply; a new one fails until decided.

It is said for the erasure of an edition, for one person's request, and for the archive.
"""

import pytest
import time_machine

from delegations.desk.archive_tables import replies_table
from delegations.desk.erasure.kinds import WORDS_OF_RESPONDENTS, mails_to_erase
from delegations.desk.erasure.one_person import personal_rows
from delegations.tests.desk.erasure.erased import NIGHT, came, over
from invitations.models import ACKNOWLEDGING_KINDS, LetterKind, LetterTemplate
from invitations.models.reply import REPLY_FIELDS
from invitations.tests.factories import LetterFactory

# Their words say back what an office typed: they are erased.
GOES = {"acknowledgement", "receipt"}
# They say what the organization wrote, to ministers and missions: kept as they left.
STAYS = {
    "invitation", "note", "notice", "corrigendum", "replacement", "thanks", "reminder", "calendar",
}  # fmt: skip
# At whose request the words of which texts go.
OF_DELEGATE = {("receipt", "delegation")}
OF_SPEAKER = {("receipt", "statement")}
OF_RESPONDENT = {
    ("acknowledgement", variant)
    for variant in ("answer", "accepts", "regrets", "contested", "copy", "holding")
}
# The official record of what was said, with who said it.
KEPT_OF_REPLY = {
    "answer", "substitute_name", "substitute_function", "substitute_rank", "segments",
    "partnership_interest", "respondent_name", "respondent_function",
}  # fmt: skip
NOT_IN_THE_ARCHIVE = {"substitute_rank", "segments", "partnership_interest", *WORDS_OF_RESPONDENTS}
ARCHIVED_AS = {
    "answer": "answer", "given_by": "respondent_name", "function": "respondent_function",
    "substitute": "substitute_name", "function_of_substitute": "substitute_function",
}  # fmt: skip


def test_of_each_kind_of_letter_it_is_said_whether_its_words_are_erased():
    assert {*LetterKind.values} == GOES | STAYS
    assert {*ACKNOWLEDGING_KINDS} == GOES


@pytest.mark.django_db
def test_of_each_text_that_is_erased_it_is_said_at_whose_request():
    texts = LetterTemplate.objects.filter(kind__in=GOES).values_list("kind", "variant")

    assert {*texts} <= OF_DELEGATE | OF_SPEAKER | OF_RESPONDENT


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "variant"), sorted(OF_DELEGATE | OF_SPEAKER | OF_RESPONDENT))
def test_one_persons_request_reaches_the_mail_that_says_their_words_back(kind, variant):
    with time_machine.travel(NIGHT, tick=False):
        edition = over()
        delegation = came(edition)
        reply = edition.invitations.get().replies.get()
        mail = LetterFactory(
            invitation=reply.invitation, kind=kind, variant=variant, mail="Zenobia Quixby",
            reply=reply if kind == "acknowledgement" else None,
        )  # fmt: skip
        asked = {
            delegation.delegates.get(): OF_DELEGATE,
            delegation.statement: OF_SPEAKER,
            reply: OF_RESPONDENT,
        }

        reached = [
            texts
            for record, texts in asked.items()
            if any(mail in rows for kind, rows in personal_rows(record) if kind.code == "mails")
        ]

    assert mail in mails_to_erase(edition)
    assert reached == [texts for texts in asked.values() if (kind, variant) in texts]


def test_of_each_field_of_a_reply_it_is_said_whether_it_is_erased():
    assert {*REPLY_FIELDS} == KEPT_OF_REPLY | {*WORDS_OF_RESPONDENTS}
    assert not KEPT_OF_REPLY.intersection(WORDS_OF_RESPONDENTS)


@pytest.mark.django_db
def test_of_each_field_of_a_reply_it_is_said_whether_the_archive_has_it():
    headings = {*replies_table(over()).headings}

    assert {*ARCHIVED_AS} <= headings
    assert {*REPLY_FIELDS} == NOT_IN_THE_ARCHIVE | {*ARCHIVED_AS.values()}
    assert headings.isdisjoint(NOT_IN_THE_ARCHIVE)
