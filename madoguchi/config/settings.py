"""Django settings, made from the checked environment. The only list of the house's apps."""

from __future__ import annotations

import sys

import django.conf.locale
from csp.constants import NONE, SELF

from madoguchi.config.environment import EnvironmentRefused, environment_read
from madoguchi.config.services import services_found
from madoguchi.kernel.keys import KeyRefused, key_read

try:
    ENVIRONMENT = environment_read()
    SECRET_KEY = key_read(ENVIRONMENT.data, "secret")
except (EnvironmentRefused, KeyRefused) as refused:
    sys.stderr.write(f"{refused}\n")
    raise SystemExit(1) from None

DATA_DIR = ENVIRONMENT.data
CITY_DIR = ENVIRONMENT.city
SITE_NAME = ENVIRONMENT.site.name
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.site.hosts)
DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

HOUSE_APPS = [
    "madoguchi.config",
    *services_found(),
    "madoguchi.portal",
    "madoguchi.office",
    "madoguchi.blocks.measures",
    "madoguchi.blocks.registers",
    "madoguchi.blocks.messages",
    "madoguchi.blocks.people",
    "madoguchi.blocks.places",
    "madoguchi.blocks.files",
    "madoguchi.blocks.fields",
    "madoguchi.kernel",
    "madoguchi.ui",
]
INSTALLED_APPS = [
    *HOUSE_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "madoguchi.office.middleware.OfferedRoutes",
    "madoguchi.office.middleware.KeepTyped",
    "madoguchi.blocks.people.identity.middleware.ResidentMiddleware",
    "madoguchi.blocks.people.middleware.ViewerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
ROOT_URLCONF = "madoguchi.config.urls"
WSGI_APPLICATION = "madoguchi.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["madoguchi.ui.templatetags.ui", "madoguchi.blocks.people.templatetags.people"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "madoguchi.ui.context.page",
                "madoguchi.blocks.people.context.resident",
                "madoguchi.office.context.office",
                "madoguchi.portal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "madoguchi.ui.forms.HouseFormRenderer"

# Languages: Japanese first; ja-easy is やさしい日本語 and tells the browser lang="ja".
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("ja-easy", "やさしい日本語"), ("en", "English")]
django.conf.locale.LANG_INFO["ja-easy"] = {
    "bidi": False,
    "code": "ja-easy",
    "name": "Easy Japanese",
    "name_local": "やさしい日本語",
}
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "/static/"
# Files are served straight from the installed packages: nothing to collect, nothing to forget.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# Files by their content, in the data folder or where FILES_URL leads (docs/adr/0060).
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "contents": ENVIRONMENT.files or {"BACKEND": "madoguchi.blocks.files.storage.FolderStorage"},
}

# Sign-in of staff: password and a second factor, short sessions, a lock after failures.
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "office:home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "madoguchi.blocks.people.accounts.StaffAccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# A whole city hall may stand behind one address, and all sign in at half past eight.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/300s/key,300/300s/ip", "login": "600/m/ip"}
ACCOUNT_FORMS = {
    "login": "madoguchi.office.sign_in.SignInForm",
    "reauthenticate": "madoguchi.office.sign_in.PasswordAgainForm",
    "change_password": "madoguchi.office.sign_in.PasswordForm",
}
MFA_FORMS = {
    "authenticate": "madoguchi.office.sign_in.CodeForm",
    "reauthenticate": "madoguchi.office.sign_in.CodeAgainForm",
    "activate_totp": "madoguchi.office.sign_in.ActivateForm",
    "authenticate_webauthn": "madoguchi.office.sign_in.PasskeyForm",
    "reauthenticate_webauthn": "madoguchi.office.sign_in.PasskeyAgainForm",
    "add_webauthn": "madoguchi.office.sign_in.AddPasskeyForm",
    "edit_webauthn": "madoguchi.office.sign_in.EditPasskeyForm",
}
MFA_ADAPTER = "madoguchi.office.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
# A write per page would make every reader a writer; people.middleware notes the activity once a minute.
USERSESSIONS_TRACK_ACTIVITY = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SECOND_FACTOR_REQUIRED = ENVIRONMENT.site.second_factor_required
SESSION_ENGINE = "madoguchi.blocks.people.sessions"
SESSION_COOKIE_NAME = "madoguchi_session"
OFFICE_IDLE_SECONDS = 30 * 60
# The session notes activity once a minute, so that its row may be a minute older than the last request.
SESSION_COOKIE_AGE = OFFICE_IDLE_SECONDS + 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENVIRONMENT.site.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.site.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.site.https else None
# Monitors ask the process itself, past the proxy.
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# Mail: a server that the environment names, else files in the data folder, for the demo and for trying out.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if ENVIRONMENT.mail else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_HOST, EMAIL_PORT = ENVIRONMENT.mail.get("EMAIL_HOST", ""), ENVIRONMENT.mail.get("EMAIL_PORT", 0)
EMAIL_HOST_USER = ENVIRONMENT.mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = ENVIRONMENT.mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = ENVIRONMENT.mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = ENVIRONMENT.mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENVIRONMENT.site.mail_from or f"noreply@{ALLOWED_HOSTS[0]}"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Counters of failed sign-ins must be shared by all processes; one process needs no table for that.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if ENVIRONMENT.embedded
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kernel_cache"}
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
