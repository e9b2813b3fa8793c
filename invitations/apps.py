from anymail.signals import tracking
from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from invitations.throttle import one_address_for_all


class InvitationsConfig(AppConfig):
    name = "invitations"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        """Events of a mail provider come as the signal of another library."""
        register(one_address_for_all, Tags.security, deploy=True)
        from invitations.bounces import record_provider_event  # noqa: PLC0415 -- models come first

        tracking.connect(record_provider_event, dispatch_uid="provider events")
