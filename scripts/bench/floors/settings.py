"""The least that Django needs for a form of ten fields: no middleware, no session, no language."""

import os

from wsis_forum import env

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["crispy_forms", "crispy_bootstrap5", "scripts.bench.floors"]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
ROOT_URLCONF = "scripts.bench.floors.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
# The product's own server, with connections kept and checked as the product's are.
DATABASES = {"default": env.database(default="")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
