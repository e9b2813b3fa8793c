import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.views.debug import SafeExceptionReporterFilter

from conftest import VARIABLES
from wsis_forum import env
from wsis_forum.tests.running import said_by

WORKS = {"SECRET_KEY": "of-this-test-alone"}


def check(folder, *words, **variables):
    """Run ``manage.py check``, or these words in Python, with nothing but these variables."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder)} | variables
    return subprocess.run(
        [sys.executable, *(words or ("manage.py", "check"))],
        cwd=settings.BASE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_readmes_table_has_the_variables_that_are_read_and_no_others():
    sources = [settings.BASE_DIR / "wsis_forum" / name for name in ("settings.py", "env.py")]
    sources.append(settings.BASE_DIR / "delegations/management/commands/demo.py")
    asked = r"(?:getenv|flag|number|origins|secret|inbox)\(\s*[\"']([A-Z_]+)[\"']"
    names = {name for path in sources for name in re.findall(asked, path.read_text())}

    anymail = {name for name in names | VARIABLES if name.startswith("ANYMAIL_")}
    assert names - anymail == VARIABLES - anymail


@pytest.mark.parametrize(
    ("sender", "kept"),
    [
        ("Форум <forum@bücher.example.org>", "Форум <forum@xn--bcher-kva.example.org>"),
        ("bounces@FAß.example.org", "bounces@xn--fa-hia.example.org"),
        ("Форум <forum@example.org>", "Форум <forum@example.org>"),
    ],
)
def test_our_own_addresses_leave_in_ascii(sender, kept):
    assert env.in_ascii(sender) == kept


@pytest.mark.parametrize("sender", ["Форум <форум@example.org>", "forum@bü--cher\u2fff.example"])
def test_an_address_of_ours_that_has_no_form_in_ascii_is_refused(sender):
    with pytest.raises(ImproperlyConfigured, match="set FROM_EMAIL and BOUNCE_ADDRESS to other"):
        env.in_ascii(sender)


@pytest.mark.program
def test_a_secret_key_is_all_that_a_deployment_has_to_set(tmp_path):
    done = check(tmp_path, **WORKS)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.program
def test_the_folder_that_serves_as_broker_is_taken_without_a_warning(tmp_path):
    ask = "from wsis_forum import celery_app; celery_app.connection_for_read().info()"

    done = check(tmp_path, "-c", ask, **WORKS)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.program
def test_secret_key_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text("of-this-test-alone\n")

    done = check(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"))

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.program
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        pytest.param({}, "Set SECRET_KEY or SECRET_KEY_FILE.", id="no secret key"),
        pytest.param({"SECRET_KEY": ""}, "Set SECRET_KEY or SECRET_KEY_FILE.", id="empty key"),
        pytest.param(
            {"SECRET_KEY_FILE": "/nowhere/key"},
            "SECRET_KEY_FILE cannot be read: No such file or directory: /nowhere/key",
            id="no key in the file",
        ),
        pytest.param(
            WORKS | {"DEBUG": "yes"}, "DEBUG must be 'True' or 'False', not 'yes'.", id="debug"
        ),
        *(
            pytest.param(
                WORKS | {"DATABASE_URL": url},
                "DATABASE_URL cannot be read: set it to postgres://user:password@host:5432/name.",
                id=f"database {url}",
            )
            for url in ("forum", "postgres://", "postgres://db.example.org:port/forum")
        ),
        *(
            pytest.param(
                WORKS | {"EMAIL_URL": url},
                "EMAIL_URL cannot be read: "
                "set it to smtp://user:password@host:587/ or file:///folder.",
                id=f"mail {url}",
            )
            for url in (
                "mail.example.org",
                "smtp://",
                "smtp://mail.example.org:99999/",
                "smtp://mail.example.org/?security=some",
            )
        ),
        *(
            pytest.param(
                WORKS | {"STORAGE_URL": url},
                "STORAGE_URL cannot be read: "
                "set it to file:///folder or s3://key:secret@host/bucket?region=name.",
                id=f"storage {url}",
            )
            for url in ("/var/lib/forum", "s3://bucket/forum", "s3://key:a/b@[x/forum")
        ),
    ],
)
def test_unreadable_setting_is_said_in_one_line(tmp_path, variables, said):
    done = check(tmp_path, **variables)

    assert done.returncode == 1
    assert done.stderr == f"{said}\n"
    assert done.stdout == ""


def test_origins_are_parted_by_spaces_or_commas(monkeypatch):
    monkeypatch.setenv("API_ORIGINS", "https://www.example.org, http://10.0.0.5:8080")

    assert env.origins("API_ORIGINS") == ["https://www.example.org", "http://10.0.0.5:8080"]


@pytest.mark.parametrize("origin", ["*", "www.example.org", "https://www.example.org/page", "null"])
def test_what_is_no_origin_is_said_in_one_line(monkeypatch, origin):
    monkeypatch.setenv("API_ORIGINS", origin)

    with pytest.raises(ImproperlyConfigured, match=r"API_ORIGINS: .* is no origin"):
        env.origins("API_ORIGINS")


# STORAGE_URL


@pytest.mark.parametrize(("asked", "waits"), [("", 10), ("?connect_timeout=3", 3)])
def test_a_database_host_that_is_gone_is_not_waited_for_without_end(monkeypatch, asked, waits):
    monkeypatch.setenv("DATABASE_URL", f"postgres://clerk@192.0.2.1/forum{asked}")

    assert int(env.database(default="")["OPTIONS"]["connect_timeout"]) == waits


@pytest.mark.django_db
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no line: set DATABASE_URL."
)
def test_a_database_whose_line_is_cut_is_given_up_within_twenty_seconds():
    connection.ensure_connection()
    said = connection.connection.info.dsn_parameters

    idle, each, times = (int(said[f"keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert idle + each * times <= 20
    assert int(said["tcp_user_timeout"]) <= 20_000


@pytest.fixture
def files_at(monkeypatch, tmp_path):
    def read(url):
        monkeypatch.setenv("STORAGE_URL", url)
        return env.read_storage(default=tmp_path)

    return read


def test_files_stand_in_a_folder_unless_a_store_is_named(files_at, tmp_path):
    folder = {"BACKEND": "invitations.files.frozen.WriteOnceFolder"}

    assert files_at("") == (tmp_path, folder)
    assert files_at("file:///srv/the%20forum") == (Path("/srv/the forum"), folder)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("s3://key:secret@store.example.org/forum", {}),
        ("s3://key:a%2Fb%2Bc%25@store.example.org/forum", {"secret_key": "a/b+c%"}),
        ("s3://key:a+b=@store.example.org/forum/", {"secret_key": "a+b="}),
        ("s3://key:secret@store.example.org/forum/of%202027/files", {"location": "of 2027/files"}),
        ("s3://key:secret@store.example.org/forum?region=eu-west-1", {"region_name": "eu-west-1"}),
        (
            "s3://key:secret@127.0.0.1:9000/forum?tls=no",
            {"endpoint_url": "http://127.0.0.1:9000"},
        ),
        ("s3://key:secret@[::1]:9000/forum", {"endpoint_url": "https://[::1]:9000"}),
    ],
)
def test_a_store_is_read_from_its_address(files_at, url, read):
    _folder, files = files_at(url)

    assert (
        files["OPTIONS"]
        == {
            "endpoint_url": "https://store.example.org",
            "region_name": "us-east-1",
            "access_key": "key",
            "secret_key": "secret",
            "bucket_name": "forum",
            "location": "",
        }
        | read
    )


@pytest.mark.parametrize(
    "url",
    [
        "s3://store.example.org/forum",
        "s3://key@store.example.org/forum",
        "s3://:hush@store.example.org/forum",
        "s3://key:hush@store.example.org",
        "s3://key:hush@store.example.org/fo",
        "s3://key:hush@store.example.org/the%20forum",
        "s3://key:hush@store.example.org/forum/../other",
        "s3://key:hush@the_store/forum",
        "s3://key:hush@store.example.org:99999/forum",
        "s3://key:hush@store.example.org:0/forum",
        "s3://key:hush@store.example.org/forum?tls=maybe",
        "s3://key:hush@store.example.org/forum?ssl=no",
        "s3://key:hush@store.example.org/forum?region=",
        "s3://key:hush@store.example.org/forum?region=the%20west",
        "s3://key:hush#hush@store.example.org/forum",
        "s3://key:hush/hush@store.example.org/forum",
        "s3://key:hush?hush@store.example.org/forum",
        "s3://key:hush%c3@store.example.org/forum",
        "s3://key:hush%0ahush@store.example.org/forum",
        "s3://key:hush\u2100@store.example.org/forum",
        "https://key:hush@store.example.org/forum",
    ],
)
def test_an_address_of_a_store_is_refused_without_repeating_the_secret(files_at, url):
    with pytest.raises(ImproperlyConfigured) as refusal:
        files_at(url)

    assert str(refusal.value).startswith("STORAGE_URL cannot be read: set it to")
    assert "hush" not in "".join(traceback.format_exception(refusal.value))


def test_the_store_s_address_may_stand_in_a_file(files_at, monkeypatch, tmp_path):
    (tmp_path / "store").write_text("s3://key:from-the-file@store.example.org/forum\n")
    monkeypatch.setenv("STORAGE_URL_FILE", str(tmp_path / "store"))

    _folder, files = files_at("")

    assert files["OPTIONS"]["secret_key"] == "from-the-file"


def test_a_page_of_an_error_shows_no_secret_of_the_store(files_at, settings):
    _folder, files = files_at("s3://key:hush@store.example.org/forum")
    settings.STORAGES = {**settings.STORAGES, "default": files}

    shown = SafeExceptionReporterFilter().get_safe_settings()

    assert shown["STORAGES"]["default"]["OPTIONS"]["bucket_name"] == "forum"
    assert "hush" not in str(shown)


def test_no_page_about_an_error_shows_the_password_of_the_time_stamps(settings, monkeypatch):
    monkeypatch.setenv("SEAL_TSA", "https://registry:hush@stamps.example.org/")
    settings.SEAL_TSA, settings.SEAL_TSA_PASSWORD = env.read_time_stamp_service()

    shown = SafeExceptionReporterFilter().get_safe_settings()

    assert shown["SEAL_TSA"] == "https://stamps.example.org/"
    assert "hush" not in str(shown)


@pytest.mark.parametrize(
    "url",
    [
        "stamps.example.org",
        "ftp://stamps.example.org/",
        "https:///tsa",
        "https://hush@[/",
        "https://registry:hush@stamps.example.org:none/",
        "http://registry:hush@stamps.example.org/",
    ],
)
def test_a_time_stamp_service_that_cannot_be_asked_is_refused_without_its_password(
    monkeypatch, url
):
    monkeypatch.setenv("SEAL_TSA", url)

    with pytest.raises(ImproperlyConfigured) as refusal:
        env.read_time_stamp_service()

    assert str(refusal.value) == (
        "SEAL_TSA cannot be read: set it to https://user:password@host/path."
    )


@pytest.mark.parametrize(
    ("name", "read", "url"),
    [
        ("EMAIL_URL", lambda: env.mailbox(""), "smtp://protocol:{}@mail.example.org/"),
        ("INTRAY_URL", lambda: env.inbox("INTRAY_URL"), "imaps://protocol:{}@mail.example.org/"),
        ("SEAL_TSA", env.read_time_stamp_service, "https://registry:{}@stamps.example.org/"),
    ],
)
@pytest.mark.parametrize("password", ["Zürich", "Z%C3%BCrich"])
def test_a_password_that_no_server_takes_is_refused_without_telling_it(
    monkeypatch, name, read, url, password
):
    monkeypatch.setenv(name, url.format(password))

    with pytest.raises(ImproperlyConfigured) as refusal:
        read()

    assert str(refusal.value) == f"{name}: user and password have to be written in ASCII."


@pytest.mark.program
def test_the_desk_goes_by_the_time_zone_that_is_set(tmp_path):
    ask = "from django.conf import settings; print(settings.TIME_ZONE)"

    assert said_by(ask, tmp_path, TIME_ZONE="Africa/Nairobi") == "Africa/Nairobi\n"


def test_a_time_zone_that_is_none_is_refused_in_one_line():
    with pytest.raises(ImproperlyConfigured, match="Nairobi is no time zone"):
        env.time_zone("Nairobi")
