from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Make our Celery application the one that every task belongs to."""
        from config import celery  # noqa: F401
