"""The addresses of the account: those of django-allauth that are in use, and ours."""

from allauth.account import views as account
from allauth.usersessions.views import list_usersessions
from django.urls import include, path
from django.views.decorators.http import require_GET

from wsis_forum.staff import views

# There is no sign-up, and no mail: an administrator gives a new password. What stands here is all
# that there is.
urlpatterns = [
    path("", views.account, name="staff_account"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("continue/", views.resend_saved_form, name="staff_continue"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", require_GET(list_usersessions), name="usersessions_list"),
    path("sessions/end/", views.end_sessions_of_mine, name="staff_end_others"),
    path("sessions/<int:pk>/end/", views.end_sessions_of_mine, name="staff_end_session"),
    path("provider/", include("allauth.socialaccount.urls")),
    path("provider/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
