"""The desk's door, passed without password and code."""

import time

from django.contrib.auth.models import User
from django.test import Client


def signed_in(user: User) -> Client:
    """Return a browser in which the user has signed in by password and second factor."""
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user)
    session, now = browser.session, time.time()
    records = [{"method": method, "at": now} for method in ("password", "mfa")]
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return browser
