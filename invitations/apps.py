from anymail.signals import tracking
from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import m2m_changed
from django.utils.translation import gettext_lazy as _

from invitations.letters.typesetting import check_faces_are_cut


class InvitationsConfig(AppConfig):
    name = "invitations"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        # Events of a mail provider come as a signal of django-anymail.
        from invitations.inbox.bounces import record_provider_event  # noqa: PLC0415 -- models come first
        from invitations.models import Mission  # noqa: PLC0415
        from invitations.models.held.proposals import guard_states_of_missions  # noqa: PLC0415

        register(check_faces_are_cut)
        # Which States a mission serves lies in a table of its own, which no ``save`` passes.
        m2m_changed.connect(guard_states_of_missions, sender=Mission.states.through)
        tracking.connect(record_provider_event, dispatch_uid="provider events")
