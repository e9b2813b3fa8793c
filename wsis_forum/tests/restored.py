"""An empty database into which a backup is restored, and what stands in one."""

from contextlib import closing, contextmanager

import psycopg2
from psycopg2.sql import SQL, Identifier

from invitations.tests.databases import address_of, postgresql

RESTORED = "wsis_forum_restored"


@contextmanager
def empty_database():
    postgresql("dropdb", "--if-exists", "--force", RESTORED)
    postgresql("createdb", RESTORED)
    yield address_of(RESTORED)
    postgresql("dropdb", "--force", RESTORED)


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
