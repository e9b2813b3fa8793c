import sys

from wsis_forum.celery import app as celery_app
from wsis_forum.logs import tell_uncaught

# Every program of this deployment imports this package first.
sys.excepthook = tell_uncaught

__all__ = ["celery_app"]
