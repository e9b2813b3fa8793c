"""Whether this deployment, on this database, may write to ministers.

A restored copy must not: an arming names the deployment and the database itself.
"""

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from invitations.models import Arming


def database_identity() -> str:
    """Name the database itself: a dump that is restored elsewhere has another identity."""
    if connection.vendor != "postgresql":
        return str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()), oid"
            " FROM pg_database WHERE datname = current_database()"
        )
        system, oid = cursor.fetchone()
    return f"{system}/{oid}"


def arm() -> Arming:
    arming, _made = Arming.objects.get_or_create(
        deployment=settings.DEPLOYMENT, database=database_identity()
    )
    return arming


def why_mute() -> str:
    """Say why nothing may leave from here; an empty text where it may."""
    if settings.MAILBOX.scheme == "file":
        return ""
    armed = set(Arming.objects.values_list("deployment", "database"))
    if armed and (settings.DEPLOYMENT, database_identity()) in armed:
        return ""
    if armed:
        return _(
            "Nothing is sent: this is a copy. Sending was armed for another deployment or "
            "database; run “manage.py arm_sending” only if this one takes its place."
        )
    return _("Nothing is sent: run “manage.py arm_sending” on the deployment that may write.")
