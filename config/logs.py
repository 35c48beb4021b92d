"""Log every line, ours and the libraries', in one shape: for a console or as JSON."""

import re
from typing import Any

import structlog

SECRET_LINK = re.compile(r"(/(?:guest|rate)/)[^/\s\"']{16,}")
"""Addresses that open something by themselves, without an account."""


def hide_links(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Keep such addresses out of the log, whoever writes them there."""
    return {
        name: SECRET_LINK.sub(r"\1…", value) if isinstance(value, str) else value
        for name, value in line.items()
    }


def configuration(lines: str, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING; `lines` is `console` or `json`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if lines == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    hide_links,
                    last,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print every line a second time.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # A refused sign-in or a page not found is the visitor's affair.
            "django.request": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
            # A font embedded in a PDF tells of each of its tables.
            "fontTools": {"level": "WARNING"},
        },
    }
