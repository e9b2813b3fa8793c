from django.apps import AppConfig
from django.contrib import admin
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
        records.listen()
