from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.audit import Act, record_act
from wsis_forum.staff.sessions import end_sessions


class Command(BaseCommand):
    help = "Remove the second factors of the only administrator, who has lost them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The name of the account.")

    def handle(self, *, name: str, **options: Any) -> str:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(_("There is no account %(name)s.") % {"name": name})
        removed = Authenticator.objects.filter(user=user).delete()[0]
        end_sessions(user, None)
        if removed:
            record_act(user, Act.FACTOR_REMOVED, None, named="manage.py")
        told = ngettext(
            "%(count)s second factor of %(name)s removed; the next sign-in asks for a new one.",
            "%(count)s second factors of %(name)s removed; the next sign-in asks for new ones.",
            removed,
        )
        return told % {"count": removed, "name": name}
