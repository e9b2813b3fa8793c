"""An empty database into which a backup is restored, and what stands in one."""

from contextlib import closing, contextmanager

import psycopg2
from django.db import connection
from psycopg2.sql import SQL, Identifier

from invitations.tests.databases import address_of, postgresql


def name_beside():
    """The name of the other database, which no other run of the tests has."""
    return f"{connection.settings_dict['NAME']}_restored"


@contextmanager
def empty_database():
    name = name_beside()
    postgresql("dropdb", "--if-exists", "--force", name)
    postgresql("createdb", name)
    yield address_of(name)
    postgresql("dropdb", "--force", name)


def rows_of(address):
    """A hash of all rows of each table."""
    with closing(psycopg2.connect(address)) as line, line.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(
                SQL("SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t").format(
                    Identifier(name)
                )
            )
            found[name] = cursor.fetchone()[0]
    return found
