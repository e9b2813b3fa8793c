from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "wsis_forum.staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        # These need the models.
        from allauth.account.decorators import secure_admin_login  # noqa: PLC0415

        from wsis_forum.staff import records, views  # noqa: PLC0415

        # There is one way in: the admin's own form knows no second factor.
        admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
        # And none guesses the old password uncounted.
        admin.site.password_change = views.change_password  # type: ignore[assignment]
        # The sidebar has its own list of pages: to sort Django's took a third of a page's time.
        listed = when_read(admin.site.get_app_list)
        admin.site.get_app_list = listed  # type: ignore[method-assign]
        records.listen()


def when_read(work_out: Callable[..., Any]) -> Callable[..., Any]:
    """Let the work be done once something reads what comes of it, and not before."""

    @wraps(work_out)
    def later(*arguments: Any, **named: Any) -> SimpleLazyObject:
        return SimpleLazyObject(partial(work_out, *arguments, **named))

    return later
