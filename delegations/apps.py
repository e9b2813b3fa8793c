from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from delegations.office.throttle import check_proxies_are_named


class DelegationsConfig(AppConfig):
    name = "delegations"
    verbose_name = _("Delegations")

    def ready(self) -> None:
        # Models are there only by now.
        from delegations.succession import join_in_hand_overs  # noqa: PLC0415

        join_in_hand_overs()
        register(check_proxies_are_named, Tags.security, deploy=True)
