"""The database of the soak, made anew for each part."""

import os
from urllib.parse import urlsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command

from invitations.outbox.arming import arm
from scripts.soak.environment import DATABASE


def make_database() -> None:
    """Make the database anew, and arm it, so that its letters may leave."""
    postgres = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    call_command("migrate", verbosity=0)
    settings.ARMING_KEY = os.environ["ARMING_KEY"] = arm()
