"""How the API answers: settings of Django REST framework and of its schema."""

from config import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.TokenWithPosts",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "accounts.api.schema.Schema",
    "DEFAULT_THROTTLE_RATES": {"token": env.text("TOKEN_RATE", "60/min")},
    "EXCEPTION_HANDLER": "accounts.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chuishao API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.schema.add_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "CaseState": "cases.models.State",
        "CaseKind": "cases.models.Case.Kind",
        "ClockKind": "cases.models.ClockKind",
        "CallbackOutcome": "cases.models.Callback.Outcome",
        "ClueOutcome": "cases.models.Clue.Outcome",
        "TimeUnit": "cases.models.LimitUnit",
        "OrderState": "dispatch.models.OrderState",
        "DocumentForm": "dispatch.models.Document.Form",
        "PaperForm": "dispatch.models.Paper.Form",
        "DirectiveState": "dispatch.models.Directive.State",
        "EntryKind": "dispatch.models.DirectiveEntry.Kind",
        "MeetingKind": "dispatch.models.Meeting.Kind",
        "ProblemState": "dispatch.models.WhistleItem.State",
        "OrderRequestKind": "dispatch.api.outputs.REQUEST_KINDS",
        "WhistleKind": "dispatch.models.Whistle.Kind",
        "WhistleLevel": "dispatch.models.Whistle.Level",
        "AreaLevel": "grids.models.Area.Level",
        "UnitKind": "accounts.models.Unit.Kind",
        "Role": "accounts.models.Role",
        "Part": "dispatch.models.Order.Part",
    },
}
