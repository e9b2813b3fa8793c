"""What the timeline of a State says of each event, in sentences that are translated as a whole."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from delegations.models import DelegationChange
from invitations.audit import Act
from invitations.models import Channel, Delivery, HeldChange, Letter, TelephoneCall
from invitations.models.delivery import Step

State, Paper, Outcome = Delivery.State, Delivery.Channel, TelephoneCall.Outcome
# Behind the name of the letter: “Reminder: came back from …”.
OF_LETTERS: dict[str, Any] = {
    Letter.State.COMPOSED: _("composed; a second person approves it before it leaves."),
    Letter.State.APPROVED: _("approved."),
    Letter.State.CANCELLED: _("called back."),
}
OF_DELIVERIES: dict[str, Any] = {
    State.QUEUED: _("to leave once more, for %(to)s."),
    State.HANDED_OVER: _("handed over to the mail server, for %(to)s."),
    State.DEFERRED: _("not taken yet for %(to)s; it is tried again."),
    State.FAILED: _("refused by the mail server, for %(to)s."),
    State.UNCERTAIN: _("it may have left for %(to)s, or not: a person decides."),
    State.MISSED: _("kept back, since its hour has passed, for %(to)s: a person decides."),
    State.BOUNCED: _("came back from %(to)s."),
    State.CANCELLED: _("called back before it left for %(to)s."),
}
LEFT_ON_PAPER: dict[str, Any] = {
    Paper.POUCH: _("left by pouch."),
    Paper.POST: _("left by post."),
    Paper.HAND: _("handed over by hand."),
}
CAME_IN: dict[str, Any] = {
    Channel.MAIL: _("A mail came in."),
    Channel.FAX: _("A fax came in."),
    Channel.LETTER: _("A letter came in."),
    Channel.NOTE_VERBALE: _("A note verbale came in."),
    Channel.TELEPHONE: _("The office telephoned."),
}
AUTOMATIC_MAIL_CAME = _("An automatic mail came in.")
DEALT_WITH = _("What came in on %(day)s was dealt with.")
REPLIED: dict[str, Any] = {
    Channel.ONLINE: _("The office replied online: %(answer)s."),
    Channel.MAIL: _("The office replied by mail: %(answer)s."),
    Channel.FAX: _("The office replied by fax: %(answer)s."),
    Channel.LETTER: _("The office replied by letter: %(answer)s."),
    Channel.NOTE_VERBALE: _("The office replied by note verbale: %(answer)s."),
    Channel.TELEPHONE: _("The office replied by telephone: %(answer)s."),
}
RECONFIRMED = _("The office re-confirmed its answer after the dates had moved: %(answer)s.")
CARRIED = _("The predecessor’s answer stays valid, to be confirmed: %(answer)s.")
CHOSEN = _("Of two replies that differ, this one stands: %(answer)s.")
SET_ASIDE = _("Of two replies that differ, this one was set aside: %(answer)s.")
TAKEN_UP = _("What was recorded for this office by mistake was set aside: %(answer)s.")
DRAFTED = _("The invitation was drafted.")
OF_INVITATIONS: dict[str, Any] = {
    Act.ISSUED: _("The invitation is in force."),
    Act.WITHDRAWN: _("The invitation was withdrawn."),
    Act.DRAFT_AGAIN: _("The invitation is a draft again, since its circular was called back."),
    Act.HAND_OVER_ASKED: _("Link and code were ended, since a successor is to be invited."),
    Act.IN_SUCCESSION: _("The invitation is in force, in place of a person who left office."),
    Act.REPLACED: _("A replacement of the letter was begun."),
    Act.LINK_REPLACED: _("Link and code were replaced by new ones."),
    Act.LINK_ENDED: _("Link and code were ended."),
}
CHANGED = _("The record of %(record)s was changed; a second person releases it.")
DECIDED: dict[str, Any] = {
    HeldChange.State.RELEASED: _("The change of %(record)s was released."),
    HeldChange.State.TAKEN_BACK: _("The change of %(record)s was taken back."),
}
SUCCESSOR_ASKED = _("A successor of %(record)s was entered; a second person releases it.")
HANDED_OVER: dict[str, Any] = {
    HeldChange.State.RELEASED: _("The invitation of %(record)s was handed over."),
    HeldChange.State.TAKEN_BACK: _("The successor of %(record)s was taken back."),
}
ADDRESS_RELEASED = _("An address of %(record)s was released.")
RELEASED_ALONE = _("The change of %(record)s was released by one approver alone.")
CALLED: dict[str, Any] = {
    Outcome.PROMISED: _("Telephoned: a reply is promised."),
    Outcome.REACHED: _("Telephoned: somebody was reached."),
    Outcome.CALL_BACK: _("Telephoned: to be called back."),
    Outcome.NO_ANSWER: _("Telephoned: nobody answered."),
    Outcome.WRONG_NUMBER: _("Telephoned: the number was wrong."),
    Outcome.OTHER: _("Telephoned."),
}
CALL_STRUCK = _("The note of a call on %(day)s was struck.")
TO_BE_CALLED = _("The office was put on the call list.")
OF_ORIGINALS: dict[str, Any] = {
    Step.PRINTED: _("The signed original was printed."),
    Step.SIGNED: _("The signed original was signed."),
    Step.HANDED_OVER: _("The signed original was handed over."),
    Step.RECEIPT: _("The receipt of the signed original is on file."),
}
STEP_TAKEN_BACK = _("Taken back of the signed original: %(step)s.")
Part, Done = DelegationChange.Part, DelegationChange.Act
OF_DELEGATIONS: dict[tuple[str, str], Any] = {
    (Part.DELEGATE, Done.ADDED): _("Named for the delegation: %(subject)s."),
    (Part.DELEGATE, Done.CHANGED): _("Changed in the delegation: %(subject)s."),
    (Part.DELEGATE, Done.REMOVED): _("Taken off the delegation: %(subject)s."),
    (Part.STATEMENT, Done.ADDED): _("The policy statement was announced."),
    (Part.STATEMENT, Done.CHANGED): _("The policy statement was changed."),
    (Part.STATEMENT, Done.REMOVED): _("The policy statement was withdrawn."),
}
