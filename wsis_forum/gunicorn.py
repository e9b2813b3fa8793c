from gunicorn import glogging
from gunicorn.config import Config

from wsis_forum.logs import WithoutTokens


class Logger(glogging.Logger):
    """Gunicorn's logger, whose own entries and access log hold no tokens."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            if kept := handler.formatter:
                handler.setFormatter(WithoutTokens(kept._fmt, kept.datefmt))
