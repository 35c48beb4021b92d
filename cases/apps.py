from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say who is never told of a case: the unit that it complains of."""
        from accounts.services.notices import recuse_by
        from cases.recusals import cases_accusing

        recuse_by(cases_accusing)
