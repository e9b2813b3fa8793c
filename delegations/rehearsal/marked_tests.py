"""Marked tests of a rehearsal to staff, and to nobody else: one of each text that left.

The copy writes them, since it alone has the letters; the deployment hands them over, since it alone
may send.
"""

from collections.abc import Iterable
from pathlib import Path

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.models import Delivery, ForumEdition, Letter, LetterTemplate
from invitations.outbox.arming import reason_sending_is_off
from invitations.outbox.specimens import (
    address_of_tests,
    hand_over_test,
    specimen_mail,
    specimen_of,
)

TESTS = "tests"


def staff_named(names: Iterable[str]) -> dict[str, str]:
    """Return the address of each of the accounts; refuse who is not of the staff.

    Refuse all if this deployment may not write to anybody.
    """
    found = {name: User.objects.filter(username=name).first() for name in names}
    if found and (mute := reason_sending_is_off()):
        raise ValidationError(mute)
    for name, user in found.items():
        if user is None or not (user.is_active and user.is_staff):
            raise ValidationError(_("%(name)s is no account of the staff.") % {"name": name})
    return {name: address_of_tests(user.email) for name, user in found.items() if user}


def write_tests(folder: Path, addresses: Iterable[str]) -> None:
    """Write a marked test of each text by which a mail has left, to each of the addresses."""
    left = Delivery.objects.by_mail().left()
    letters = Letter.objects.filter(deliveries__in=left).exclude(template=None)
    firsts: dict[LetterTemplate, Letter] = {}
    for letter in letters.select_related("template", "invitation__edition").order_by("pk"):
        if letter.template:
            firsts.setdefault(letter.template, letter)
    for address in addresses:
        place = folder / TESTS / address
        place.mkdir(parents=True)
        for number, (text, letter) in enumerate(firsts.items()):
            content = specimen_mail(specimen_of(text, letter.invitation), address, text)
            (place / f"{number:03}.eml").write_bytes(content)


def hand_over_tests(edition: ForumEdition, staff: dict[str, str], folder: Path, named: str) -> int:
    """Hand the tests over, and return how many; the edition's history says who got them."""
    number = 0
    for name, address in staff.items():
        for file in sorted((folder / TESTS / address).iterdir()):
            hand_over_test(address, file.read_bytes())
            number += 1
        record_act(edition, Act.TESTED, None, _("Rehearsal, to %s") % name, named=named)
    return number
