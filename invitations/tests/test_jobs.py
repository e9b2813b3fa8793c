import re

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.utils import translation

from invitations.admin.outbox.queue import job_name
from invitations.times.jobs import CLOCK_JOBS, Job
from wsis_forum.celery import app

NAMED = re.compile(
    r"\b(?:recorded_run|each_apart|job_error_of|note_vanished_worker|has_failed_often)\(\s*([^\s,)]+)"
)
# Where these are defined, and where one hands its job on to another.
DEFINED = ("name:", "job:", "job")


def names_in_code():
    for folder in ("invitations", "delegations", "wsis_forum"):
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            if "tests" not in path.parts:
                yield from NAMED.findall(path.read_text())


def test_the_schedule_has_the_jobs_of_the_clock_and_a_task_for_each():
    app.loader.import_default_modules()
    tasks = {name for name in app.tasks if not name.startswith("celery.")}

    assert list(settings.CELERY_BEAT_SCHEDULE) == [job.value for job in CLOCK_JOBS]
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == tasks


def test_whatever_keeps_a_run_or_a_fault_names_a_job():
    named = {name for name in names_in_code() if name not in DEFINED}

    assert named == {f"Job.{job.name}" for job in Job}


# By hand letters are also planned, and the command is named for that.
NAMED_OTHERWISE = {Job.COMPOSE_PLANNED: "compose_letters"}


@pytest.mark.parametrize("job", CLOCK_JOBS)
def test_each_job_of_the_clock_has_a_command_that_does_it_by_hand(job):
    command = NAMED_OTHERWISE.get(job, job.value)

    assert get_commands().get(command) in ("invitations", "delegations")


@pytest.mark.parametrize("job", Job)
def test_the_desk_says_what_a_job_does(job):
    with translation.override("en"):
        assert job_name(job.value) == job.label != job.value


def test_the_desk_says_that_the_name_of_an_earlier_version_is_a_jobs():
    with translation.override("en"):
        assert job_name("sweep_outbox") == "job: sweep_outbox"
