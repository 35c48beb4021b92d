"""Give out the tokens that programs sign in with."""

from rest_framework.authtoken.models import Token

from accounts.models import User


def token_of(user: User) -> str:
    """Return the user's token, made at the first asking."""
    token, _created = Token.objects.get_or_create(user=user)
    return token.key
