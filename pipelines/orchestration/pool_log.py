"""What SQLAlchemy logs of connections that it closes, without interruptions.

Apart from `pipelines.orchestration.history`: a filter of a log lives as long as the process, and all that its module
holds lives as long as it.
"""

from __future__ import annotations

import logging

LOGGERS = ("sqlalchemy.pool.impl.StaticPool", "sqlalchemy.pool.impl.NullPool")


def leave_interruptions_out() -> None:
    """Keep Ctrl+C while a connection is closed out of the log, where it is an error with a traceback.

    It is raised all the same.
    """
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_is_no_interruption)


def _is_no_interruption(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], KeyboardInterrupt))
