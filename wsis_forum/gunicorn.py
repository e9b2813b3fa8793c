from gunicorn import glogging
from gunicorn.config import Config

from wsis_forum import env
from wsis_forum.logs import HOUR, LINE, JSONWithoutTokens, WithoutTokens


class Logger(glogging.Logger):
    """Gunicorn's logger, whose own entries and access log hold no tokens."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        as_json = env.flag("LOG_JSON", default=False)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            if kept := handler.formatter:
                handler.setFormatter(
                    JSONWithoutTokens(LINE, HOUR, "{")
                    if as_json
                    else WithoutTokens(kept._fmt, kept.datefmt)
                )
