"""One measurement's own process: ``python -m scripts.bench.child letters.worker fr``."""

import sys
from importlib import import_module

import django

import scripts.bench.measuring  # noqa: F401 -- keeps the figures apart from all that is printed

django.setup()
name, _dot, function = sys.argv[1].rpartition(".")
getattr(import_module(f"scripts.bench.{name}"), function)(*sys.argv[2:])
