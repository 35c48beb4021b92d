"""Secrets that are not written down: each is worked out anew from a nonce and the product's own key.

What keeps the nonce (a message that has yet to leave) keeps no secret; what is sent is gone from there, too.
"""

from base64 import urlsafe_b64encode
from secrets import token_urlsafe

from django.utils.crypto import salted_hmac

SALT = "accounts.sealed"
SECRET_BYTES = 24


def new_nonce() -> str:
    """Return a nonce that nobody can guess."""
    return token_urlsafe(24)


def secret_of(nonce: str) -> str:
    """Return the secret that belongs to the nonce, 32 signs that may stand in an address."""
    digest = salted_hmac(SALT, nonce, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:SECRET_BYTES]).decode()
