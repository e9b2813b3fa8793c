"""The cookie in which a message waits for the next page, under a name that the settings give."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class MessagesCookie(CookieStorage):
    cookie_name = settings.MESSAGES_COOKIE_NAME


class Messages(FallbackStorage):
    """In a cookie where they fit into one, else in the session."""

    storage_classes = (MessagesCookie, SessionStorage)
