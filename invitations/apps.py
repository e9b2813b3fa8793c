from anymail.signals import tracking
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvitationsConfig(AppConfig):
    name = "invitations"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        # Events of a mail provider come as a signal of django-anymail.
        from invitations.inbox.bounces import record_provider_event  # noqa: PLC0415 -- models come first

        tracking.connect(record_provider_event, dispatch_uid="provider events")
