import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from wsis_forum.waits import limit_waits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wsis_forum.settings")

limit_waits(settings.DATABASES["default"])
application = get_wsgi_application()
