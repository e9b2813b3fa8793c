"""One measurement's own process: ``python -m scripts.bench.child letters.worker fr``."""

import sys
from importlib import import_module

import django

from . import measuring  # noqa: F401 -- keeps the figures apart from all that is printed

django.setup()
name, _dot, function = sys.argv[1].rpartition(".")
getattr(import_module(f".{name}", __package__), function)(*sys.argv[2:])
