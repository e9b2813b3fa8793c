import sys

from wsis_forum.celery import app as celery_app
from wsis_forum.logs import print_uncaught

# The version that runs here: on the desk, in reports of errors and in the list of packages.
__version__ = "1.0.dev0"

# Every program of this deployment imports this package first.
sys.excepthook = print_uncaught

__all__ = ["celery_app"]
