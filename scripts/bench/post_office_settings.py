"""This project's settings, with django-post_office set up as its documentation says."""

from wsis_forum.settings import *  # noqa: F403
from wsis_forum.settings import INSTALLED_APPS, MAILBOX, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "post_office"]
EMAIL_HOST, EMAIL_PORT = MAILBOX.host, MAILBOX.port
EMAIL_USE_TLS = False
# Its attachments go to Django's own storage: ours waits until each file is on the disk.
STORAGES = STORAGES | {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
