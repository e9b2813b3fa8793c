import sys

from wsis_forum.celery import app as celery_app
from wsis_forum.logs import print_uncaught

# Every program of this deployment imports this package first.
sys.excepthook = print_uncaught

__all__ = ["celery_app"]
