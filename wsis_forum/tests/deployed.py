"""The units and variables of deploy/, as systemd reads them."""

import re
from configparser import ConfigParser

from django.conf import settings

DEPLOY = settings.BASE_DIR / "deploy"


def unit(name):
    return described(DEPLOY / "systemd" / f"{name.rstrip('1')}.service")["Service"]


def described(path):
    described = ConfigParser(interpolation=None, strict=False, delimiters="=")
    described.read(path)
    return described


def given_variables():
    lines = (DEPLOY / "environment").read_text().splitlines()
    return {name: value.strip('"') for name, _is, value in
            (line.lstrip("#").partition("=") for line in lines)
            if re.fullmatch("[A-Z_]+", name)}  # fmt: skip
