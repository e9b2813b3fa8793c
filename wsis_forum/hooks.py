"""Where the mail provider tells what became of a delivery: its own address alone is open.

Each view of django-anymail checks its provider's signature, the shared secret, or both.
"""

from anymail import urls as anymail
from django.conf import settings
from django.urls import URLPattern


def places(provider: str) -> list[URLPattern]:
    """The address that takes the provider's events; none without a provider."""
    name = f"{provider}_tracking_webhook"
    return [place for place in anymail.urlpatterns if place.name == name]


urlpatterns = places(settings.MAIL_PROVIDER)
