from django.contrib import admin
from django.urls import include, path

from invitations.admin.lookups import AutocompleteView
from wsis_forum import health, well_known

handler400 = "delegations.office.views.errors.bad_request"
handler403 = "delegations.office.views.errors.not_permitted"
handler404 = "delegations.office.views.errors.not_found"
handler500 = "delegations.office.views.errors.fault"
choices = AutocompleteView.as_view(admin_site=admin.site)
# The addresses of the API are set by delegations.api.edge, for its requests alone.
urlpatterns = [
    path("admin/account/", include("wsis_forum.staff.urls")),
    path("admin/", include("delegations.desk.urls")),
    # In place of the one below, and found by its name.
    path("admin/autocomplete/", admin.site.admin_view(choices)),
    path("admin/", admin.site.urls),
    path("handbook/", include("delegations.desk.handbook")),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("robots.txt", well_known.robots, name="robots"),
    path(".well-known/security.txt", well_known.security, name="security"),
    path("security.txt", well_known.security),
    path("i18n/", include("django.conf.urls.i18n")),
    path("hooks/", include("wsis_forum.provider_events")),
    path("", include("delegations.office.urls")),
]
