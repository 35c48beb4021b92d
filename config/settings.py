"""All settings, read from the environment; a bad value stops the start with a sentence.

Nothing is started here: `config.embedded` starts PostgreSQL and Valkey where no address is given.
"""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from config import embedded, env, logs
from config.policy import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from config.rest import REST_FRAMEWORK as REST_FRAMEWORK
from config.rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

django_stubs_ext.monkeypatch()  # types such as ModelAdmin[Case] exist at run time, too

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / ".data")
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
HTTPS = env.flag("HTTPS")
DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")

SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    if DATABASE_URL and not (DEBUG or DEMO):
        raise env.BadValue("SECRET_KEY is needed where DATABASE_URL is given")
    SECRET_KEY = embedded.kept_secret(DATA_DIR / "secret_key")

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.words("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Ours first: where two catalogues translate the same word, the earlier app's is shown.
    "accounts",
    "grids",
    "cases",
    "dispatch",
    "assessment",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.languages.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.navigation",
                "dispatch.context.alarms",
            ],
        },
    },
]

# The pool serves threads that come and go; a worker process of Celery opens its own.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **(env.database(DATABASE_URL) if DATABASE_URL else embedded.database(DATA_DIR)),
    }
}
# A connection cut by a restart of the database is found before a request meets it.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Parameters apart from the text let PostgreSQL plan a statement once: a third less work for each step of a case.
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 1,
    "max_size": env.integer("DATABASE_POOL", 8, low=1),
    "timeout": 10,
}

# Sessions live in the database and caches in each process: the broker holds nothing of value.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = env.broker(REDIS_URL) if REDIS_URL else embedded.broker(DATA_DIR)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "Asia/Shanghai")

FORM_RENDERER = "accounts.forms.TablerRenderer"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.vendor.VendorFinder",
]
# `manage.py run` collects hashed and compressed files; elsewhere they are served where they lie.
STATIC_COLLECTED = env.flag("STATIC_COLLECTED")
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.vendor.HashedStorage" if STATIC_COLLECTED else _plain},
}
MEDIA_ROOT = DATA_DIR / "media"
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_MB", 20, low=1, high=1024) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o640, 0o750

LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    ]
]
AXES_FAILURE_LIMIT = env.integer("SIGN_IN_FAILURES", 8, low=1)
AXES_COOLOFF_TIME = timedelta(minutes=env.integer("SIGN_IN_LOCK_MINUTES", 15, low=1))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

SESSION_COOKIE_AGE = env.integer("SESSION_HOURS", 12, low=1) * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"

# Categories (by the beginning of their codes) whose cases Open311 shows to anybody, without words and to the grid only.
OPEN311_PUBLIC = env.words("OPEN311_PUBLIC", "01,06,07,09,10")

# Residents' snapshots taken from one network address in an hour (an office or a mobile network has many people).
SNAPSHOTS_PER_HOUR = env.integer("SNAPSHOTS_PER_HOUR", 30, low=1)

# The rule of who may blow a whistle on a case or pass it up: named here because its app lies above `cases`.
WHISTLE_RIGHTS = "dispatch.rights.may_with_case"

# The rule of which answers a resident is offered on being satisfied (three or five): from the policies of assessment.
ANSWERS_OFFERED = "assessment.services.value_sets.answers_offered"

# Numbers of supervision documents begin with it: 通吹督〔2026〕12号. Their PDFs are drawn with the font named
# (TTF or OTF, for a district that has 仿宋), else with Noto Serif SC.
DOCUMENT_PREFIX = env.text("DOCUMENT_PREFIX", "通吹")
DOCUMENT_FONT = env.text("DOCUMENT_FONT")

# Notices ring outside the product where these are given; docs/sms-gateway.md tells what a gateway must do.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.text("EMAIL_USER"), env.text("EMAIL_PASSWORD")
_safety = env.choice("EMAIL_SECURITY", "none", ("none", "starttls", "tls"))
EMAIL_USE_TLS, EMAIL_USE_SSL = _safety == "starttls", _safety == "tls"
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 5, low=1, high=30)
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM")
if EMAIL_HOST and "@" not in DEFAULT_FROM_EMAIL:
    raise env.BadValue("EMAIL_FROM, the sender's address, is needed where EMAIL_HOST is given")
SMS_URL, SMS_SECRET = env.web_address("SMS_URL"), env.text("SMS_SECRET")
if SMS_URL and not SMS_SECRET:
    raise env.BadValue("SMS_SECRET, which signs what is sent, is needed where SMS_URL is given")
SMS_TIMEOUT = env.integer("SMS_TIMEOUT", 5, low=1, high=30)
MESSAGE_TRIES = env.integer("MESSAGE_TRIES", 8, low=1, high=16)

LOGGING = logs.configuration(
    lines=env.choice("LOG_FORMAT", "console", ("console", "json")),
    level=env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
)
METRICS_TOKEN = env.text("METRICS_TOKEN")
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
