# Gunicorn reads this where it is started, beside manage.py.
import gc

logger_class = "wsis_forum.gunicorn.Logger"
# The code is loaded once, and the workers share its memory. Another version needs a restart, while
# the socket stays open (deploy/systemd/wsis-forum-web.socket): on HUP the workers are started anew
# with the code that is loaded.
preload_app = True
# A request waits in the socket, which outlives a killed worker, rather than within one: besides its
# eight threads a worker holds as many that wait.
worker_connections = 16


def when_ready(_server: object) -> None:
    """Let no worker's collection of garbage look through the code, which would copy its memory."""
    gc.freeze()
