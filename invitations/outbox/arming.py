"""Decide whether this host of this deployment may write to ministers from this database.

A copy must not. An arming names the deployment and the database, and holds the hash of a key that
only the hosts have: a physical copy of the database looks like the original, but has no key. One
put back in place keeps both, but counts fewer batches than its hosts have marked
(``files/marks.py``).
"""

import hashlib
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.files.host_marks import alone_on_this_host, marked, raise_mark, write_mark
from invitations.models import Arming

KEY_BYTES = 24


class PutBack(Exception):
    """The database was put back as it was earlier while a batch was to leave."""


def database_identity() -> str:
    """Return a name of the database itself; a restored dump or a copied file has another one."""
    if connection.vendor != "postgresql":
        file = Path(connection.settings_dict["NAME"])
        # A copy that is put in the place of the file has another inode.
        return f"{file} {file.stat().st_ino}" if file.exists() else str(file)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()), oid"
            " FROM pg_database WHERE datname = current_database()"
        )
        system, oid = cursor.fetchone()
    return f"{system}/{oid}"


@transaction.atomic
def arm(*, anew: bool = False, by: str = "", links_only: bool = False) -> str:
    """Arm this deployment on this database, and no other; return the key for its hosts.

    The key cannot be read again. If this deployment is armed already, its key stays and an empty
    string is returned, unless ``anew`` asks for another, or the database was put back as it was
    earlier: the marks of all hosts go with the earlier key. ``by`` names who arms: nobody signs in.
    With ``links_only`` offices answer here, and nothing leaves until it is armed once more.
    """
    key = armed(anew=anew, named=by)
    if links_only:
        Arming.objects.update(stopped_at=timezone.now())
        record_act(Arming.objects.get(), Act.STOPPED, None, named=by)
    return key


def armed(*, anew: bool, named: str) -> str:
    arming, _made = Arming.objects.select_for_update().get_or_create(pk=1)
    keeps_key = (
        not anew
        and arming.key_sha256
        and is_of_here(arming)
        and not reason_database_was_restored(arming)
    )
    if arming.stopped_at:
        arming.stopped_at = None
        arming.save(update_fields=["stopped_at"])
        record_act(arming, Act.ARMED, None, named=named)
    if keeps_key:
        return ""
    key = secrets.token_hex(KEY_BYTES)
    arming.deployment, arming.database = settings.DEPLOYMENT, database_identity()
    arming.key_sha256, arming.armed_at = key_digest(key), timezone.now()
    arming.save()
    record_act(arming, Act.ARMED, None, named=named)
    return key


@transaction.atomic
def stop_sending(by: User, reason: str) -> None:
    """Let nothing leave any more until somebody arms the deployment again."""
    if not reason.strip():
        raise ValidationError(_("Say why all sending stops."))
    armed = Arming.objects.filter(stopped_at=None)
    if not armed.update(stopped_at=timezone.now()):
        raise ValidationError(_("Nothing is sent already: sending is not armed."))
    record_act(Arming.objects.get(), Act.STOPPED, by, reason)


def is_of_here(arming: Arming) -> bool:
    return (arming.deployment, arming.database) == (settings.DEPLOYMENT, database_identity())


def is_a_copy(arming: Arming | None) -> bool:
    """Whether offices answer elsewhere: sending was armed for another deployment or database.

    Who answered here would not be heard there. Where mail goes to a folder, nobody is elsewhere.
    """
    if arming is None or not arming.key_sha256 or settings.MAILBOX.scheme == "file":
        return False
    return not is_of_here(arming)


def key_digest(key: str) -> str:
    # A key of so many random bits needs no salt and no slow hash.
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()


def reason_sending_is_off() -> str:
    """Return why nothing may leave from here, or an empty string if it may."""
    return "" if settings.MAILBOX.scheme == "file" else reason_sending_is_not_on()


def reason_sending_is_not_on() -> str:
    """Return why nothing may leave this machine, mail that goes to a folder aside."""
    arming = Arming.objects.first()
    if arming is None:
        return _("Nothing is sent: run “manage.py arm_sending” on the deployment that may write.")
    if arming.stopped_at:
        return _(
            "Nothing is sent: somebody stopped all sending; the history of the arming says who and "
            "why. Run “manage.py arm_sending” once it may go on."
        )
    if not arming.key_sha256:
        return _(
            "Nothing is sent: sending was armed by an earlier version, without a key. Run"
            " “manage.py arm_sending” on the deployment that may write, and give each of its hosts"
            " the ARMING_KEY that it shows."
        )
    if not is_of_here(arming):
        return _(
            "Nothing is sent: this is a copy. Sending was armed for another deployment or "
            "database; run “manage.py arm_sending” only if this one takes its place."
        )
    return reason_key_is_wrong(arming) or reason_database_was_restored(arming)


def reason_key_is_wrong(arming: Arming) -> str:
    if not settings.ARMING_KEY:
        return _(
            "Nothing is sent: this host has no ARMING_KEY. Give it the key that “manage.py"
            " arm_sending” showed, unless this is a copy."
        )
    if not secrets.compare_digest(key_digest(settings.ARMING_KEY), arming.key_sha256):
        return _(
            "Nothing is sent: the ARMING_KEY of this host is not the one with which sending was"
            " armed last. If this is no copy and the key is lost, run “manage.py arm_sending"
            " --new-key”."
        )
    return ""


def is_put_back() -> bool:
    arming = Arming.objects.first()
    return arming is not None and bool(reason_database_was_restored(arming))


def reason_database_was_restored(arming: Arming) -> str:
    """Return why this host takes the database for an earlier one, or an empty string.

    A host that has seen fewer batches than the database counts raises its mark.
    """
    try:
        mark = marked(arming.key_sha256)
        if mark > arming.batches:
            # Another program may have counted between the two looks.
            arming.refresh_from_db(fields=["batches"])
        raise_mark(arming.key_sha256, arming.batches)
    except OSError as error:
        return _("Nothing is sent: this host cannot keep how many batches left: %s.") % error
    if mark <= arming.batches:
        return ""
    return _(
        "Nothing is sent: the database was put back as it was earlier, and would send again what"
        " has left since. Look at what is due, then run “manage.py arm_sending --new-key”, and give"
        " each host the ARMING_KEY that it shows."
    )


def count_batch() -> None:
    """Count a batch that is about to leave, or a run that has ended, here and in the database.

    Raise PutBack if the database counts fewer than this host had marked before.
    """
    if settings.MAILBOX.scheme == "file":
        return
    with alone_on_this_host():
        with transaction.atomic():
            Arming.objects.update(batches=F("batches") + 1)
            arming = Arming.objects.get()
        # The programs of a host count one after another: each number is above the mark.
        if arming.batches <= marked(arming.key_sha256):
            raise PutBack
        write_mark(arming.key_sha256, arming.batches)
