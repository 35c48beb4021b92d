"""Change what people may change about themselves."""

from accounts.models import User


def choose_language(user: User, language: str) -> None:
    """Remember the language in which the user reads screens and notices."""
    User.objects.filter(pk=user.pk).update(language=language)
