from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from delegations.office.throttle import check_proxies_are_named


class DelegationsConfig(AppConfig):
    name = "delegations"
    verbose_name = _("Delegations")

    def ready(self) -> None:
        register(check_proxies_are_named, Tags.security, deploy=True)
