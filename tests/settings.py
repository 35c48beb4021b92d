"""The product's own settings, on servers of the tests' own below DATA_DIR/test, never on those of `make run`.

Each worker of pytest-xdist has its own.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
root = Path(
    os.environ.setdefault(  # once: a worker inherits what the first process found
        "TESTS_DIR",
        str(Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve() / "test"),
    )
)
os.environ["DATA_DIR"] = str(root / os.environ.get("PYTEST_XDIST_WORKER", ""))
os.environ.setdefault("EMBEDDED_DURABLE", "0")  # nobody misses these data after a power cut
os.environ.setdefault("LOG_LEVEL", "WARNING")

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # signing in is not what is measured
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # empty: files are served where they lie
WHITENOISE_AUTOREFRESH = (
    True  # each client makes its middlewares anew: none reads all the files that nobody asks for
)
