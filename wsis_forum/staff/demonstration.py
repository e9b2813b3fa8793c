"""The code that the demonstration's staff sign in by, shown where `make run` serves it.

Nothing of it exists elsewhere: the secret and the proof that this run was started there are in the
environment of its programs, the other half of the proof in a file that ends with the run.
"""

import os
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

HERE = {"127.0.0.1", "::1"}
# The pages that ask for a code.
ASKING = {"mfa_authenticate", "mfa_reauthenticate"}
FORWARDING = ("HTTP_FORWARDED", "HTTP_X_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


def demonstration_code(request: HttpRequest) -> str:
    """Return the code of the demonstration's user who is asked for it; else nothing."""
    page = request.resolver_match
    if not page or page.url_name not in ASKING or not (is_make_run() and comes_from_here(request)):
        return ""
    stage = getattr(request, "_login_stage", None)
    user: Any = stage.login.user if stage else request.user
    secret = os.environ.get("DEMO_TOTP_SECRET", "")
    return code_of(secret) if secret and signs_in_by(user, secret) else ""


def is_make_run() -> bool:
    """Tell whether `make run` started this process and is running still."""
    proof = os.environ.get("MAKE_RUN", "")
    kept = settings.VAR_DIR / f"make-run-{os.environ.get('PORT', '')}"
    if not proof or settings.PROXIES or urlsplit(settings.SITE_URL).scheme != "http":
        return False
    try:
        return secrets.compare_digest(kept.read_text().encode(), proof.encode())
    except OSError:
        return False


def comes_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser is on this machine, and nothing stands between."""
    return request.META.get("REMOTE_ADDR") in HERE and not any(
        name.startswith(FORWARDING) for name in request.META
    )


def signs_in_by(user: User, secret: str) -> bool:
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return app is not None and secrets.compare_digest(decrypt(app.data["secret"]), secret)


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
