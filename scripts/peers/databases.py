"""A database of its own for whoever harms it, or fills it."""

from urllib.parse import urlsplit

import psycopg2


def make_again(url: str) -> None:
    """Make the database of the address anew; what was in it is gone."""
    address = urlsplit(url)
    name = address.path.strip("/")
    connection = psycopg2.connect(address._replace(path="/postgres").geturl())
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
