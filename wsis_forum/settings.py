"""One settings file; docs/configuration.md lists all differences between deployments."""

import os
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from invitations.times.jobs import CLOCK_JOBS, Job
from wsis_forum import __version__, desk_settings, env, error_reports, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.getenv("VAR_DIR", BASE_DIR / "var")).resolve()

VERSION = __version__

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY, *SECRET_KEY_FALLBACKS = env.keys(
    env.secret("SECRET_KEY", default="insecure" if DEBUG else None)
)

# The address under which offices reach the site: it stands in letters, so it has no guess.
SITE_URL = os.getenv("SITE_URL", f"http://127.0.0.1:{os.getenv('PORT', '8000')}").rstrip("/")
DEPLOYMENT = os.getenv("DEPLOYMENT", "embedded")
# No copy of the database has this key: without it, or with another one, nothing is sent.
ARMING_KEY = env.secret("ARMING_KEY", default="")
SEAL_FILE, SEAL_PASSWORD = os.getenv("SEAL_FILE", ""), env.secret("SEAL_PASSWORD", default="")
# The service that stamps the time on each seal; only workers ask it.
SEAL_TSA, SEAL_TSA_PASSWORD = env.read_time_stamp_service()
SEAL_TSA_REQUIRED = env.flag("SEAL_TSA_REQUIRED", default=True)
SITE_HOST = urlsplit(SITE_URL).hostname or ""
IS_LOCAL = SITE_HOST in ("127.0.0.1", "localhost")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"] if IS_LOCAL else [SITE_HOST]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "modeltranslation",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "auditlog",
    "corsheaders",
    "import_export",
    "anymail",
    "crispy_forms",
    "crispy_bootstrap5",
    "js_lib_bootstrap5",
    "invitations",
    "delegations",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "wsis_forum.staff",
]
MIDDLEWARE = [
    "wsis_forum.request_ids.RequestIdMiddleware",
    "wsis_forum.headers.HeadersMiddleware",
    "wsis_forum.headers.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "delegations.api.edge.ApiMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "delegations.office.middleware.RequestLimitsMiddleware",
    "delegations.office.middleware.StoreUnavailableMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wsis_forum.staff.middleware.StaffSessionMiddleware",
    "axes.middleware.AxesMiddleware",
    "wsis_forum.staff.middleware.HistoryMiddleware",
]
ROOT_URLCONF = "wsis_forum.urls"
WSGI_APPLICATION = "wsis_forum.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
# A page of approval names each letter of a circular.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "delegations.office.request_limits.BoundedUploadHandler",
]
CSRF_FAILURE_VIEW = "wsis_forum.staff.views.csrf_failure"
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
                "invitations.admin.context_processors.sending_state",
                "wsis_forum.staff.context_processors.desk",
                "delegations.desk.handbook.chapter",
            ]
        },
    }
]

# The embedded SQLite file serves a laptop; DATABASE_URL points a deployment at PostgreSQL.
DATABASES = {"default": env.database(default=f"sqlite:///{VAR_DIR}/wsis_forum.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.getenv("REDIS_URL", "")
CACHES = {
    "default": env.cache(REDIS_URL, VAR_DIR / "cache"),
    # Parts of pages are cached in each process: no page waits for Redis, or fails with it.
    "template_fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# The sign-in of staff: names and passwords here, second factors and passkeys, or the
# organization's own sign-in by OpenID Connect. No account is made by signing in.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "wsis_forum.alternates.AlternateBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
SIGN_IN_IDLE_MINUTES = env.number("SIGN_IN_IDLE_MINUTES", 30)
SIGN_IN_HOURS = env.number("SIGN_IN_HOURS", 12)
# Before approving, releasing and exporting, a sign-in may be so many minutes old.
SIGN_IN_AGAIN_MINUTES = env.number("SIGN_IN_AGAIN_MINUTES", 15)
# What has ended is known over a weekend: a form that stood open is kept for its author.
SESSION_COOKIE_AGE = (SIGN_IN_HOURS + 72) * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_ADAPTER = "wsis_forum.staff.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = SIGN_IN_AGAIN_MINUTES * 60
ACCOUNT_FORMS = {"reauthenticate": "wsis_forum.staff.forms.PasswordAgainForm"}
ACCOUNT_REAUTHENTICATION_METHODS = ("mfa", "password")
# Wrong passwords and codes are counted by django-axes, by name and address; the codes of one
# account, moreover, from all addresses: who has its password could try them from many. One
# address may try no more than so many names.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/5m/key",
    "reauthenticate": None,
    "change_password": None,
}
MFA_ADAPTER = "wsis_forum.staff.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_FORMS = {
    "add_webauthn": "wsis_forum.staff.forms.AddPasskeyForm",
    "authenticate_webauthn": "wsis_forum.staff.forms.PasskeyForm",
    "login_webauthn": "wsis_forum.staff.forms.PasskeyLoginForm",
    "reauthenticate_webauthn": "wsis_forum.staff.forms.PasskeyAgainForm",
    "authenticate": "wsis_forum.staff.forms.AuthenticateForm",
    "reauthenticate": "wsis_forum.staff.forms.ReauthenticateForm",
}
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_ADAPTER = "wsis_forum.staff.provider.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = env.openid_connect()
# Whether the provider asks for a second factor itself, so that none is asked for here.
OIDC_SECOND_FACTOR = env.flag("OIDC_SECOND_FACTOR", default=False)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["login", "code", "credential", "csrfmiddlewaretoken"]
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "wsis_forum.staff.counting.counted_name"
AXES_CLIENT_IP_CALLABLE = "wsis_forum.staff.counting.counted_address"
AXES_LOCKOUT_CALLABLE = "wsis_forum.staff.views.locked"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "العربية"),
    ("zh-hans", "中文"),
    ("en", "English"),
    ("fr", "Français"),
    ("ru", "Русский"),
    ("es", "Español"),
]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # whoever chose a language finds it again
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
ARABIC_MONTHS = os.getenv("ARABIC_MONTHS", "western")  # or eastern, or both
USE_TZ = True
# The clock of the desk and of what a worker makes for it; each edition has its own time zone.
TIME_ZONE = env.time_zone(os.getenv("TIME_ZONE", "Europe/Zurich"))
FORMAT_MODULE_PATH = ["wsis_forum.formats"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# The organization's own emblem and icon, named as those that are shipped, come first.
STATICFILES_DIRS = [*env.own_looks(VAR_DIR / "own"), BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT, FILES = env.read_storage(default=VAR_DIR / "files")
STORAGES = {
    "default": FILES,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

MAILBOX = env.mailbox(default=(VAR_DIR / "mail").as_uri())
DEFAULT_FROM_EMAIL = env.in_ascii(os.getenv("FROM_EMAIL", "WSIS Forum <wsis-forum@example.org>"))
# Undelivered mail comes back to this address, with a tag that names the delivery.
BOUNCE_ADDRESS = env.in_ascii(os.getenv("BOUNCE_ADDRESS") or parseaddr(DEFAULT_FROM_EMAIL)[1])
# Mail that comes back is read there; without an address, none is read.
INTRAY = env.inbox("INTRAY_URL")
# The name under which the in-tray's server writes Authentication-Results.
AUTHSERV_ID = os.getenv("AUTHSERV_ID", "")
BOUNCES = env.inbox("BOUNCES_URL")
MAIL_PROVIDER, ANYMAIL = env.provider_events()
SMTP_TIMEOUT = env.number("SMTP_TIMEOUT", 60)  # seconds, for one answer of the mail server
# `arm_sending` looks up this DKIM key of the mail server, at a name server of one's own if set.
DKIM_SELECTOR = os.getenv("DKIM_SELECTOR", "")
DNS_SERVER = os.getenv("DNS_SERVER", "")
SMTP_CONNECTIONS = env.number("SMTP_CONNECTIONS", 4)  # of each worker process
MAILS_PER_MINUTE = env.number("MAILS_PER_MINUTE", 0)  # 0: as many as the mail server takes
MAILS_PER_MINUTE_AND_DOMAIN = env.number("MAILS_PER_MINUTE_AND_DOMAIN", 0)

if REDIS_URL:
    # The preview of an import and its confirmation may reach two different machines.
    IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

SECURE_SSL_REDIRECT = SITE_URL.startswith("https:")
# A probe inside the network speaks plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT
# No other host of the domain can set a cookie of such a name; browsers take it over TLS alone.
HOST_ONLY = "__Host-" if SECURE_SSL_REDIRECT else ""
SESSION_COOKIE_NAME = f"{HOST_ONLY}sessionid"
CSRF_COOKIE_NAME = f"{HOST_ONLY}csrftoken"
LANGUAGE_COOKIE_NAME = f"{HOST_ONLY}django_language"
MESSAGES_COOKIE_NAME = f"{HOST_ONLY}messages"
MESSAGE_STORAGE = "wsis_forum.backends.Messages"
# No script of ours reads these.
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31536000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
PROXIES = env.number("PROXIES", 0)  # of our own, each of which adds to X-Forwarded-For
# Where no proxy of ours sets it, a visitor may.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        # A form that is answered by a redirect to the organization's own sign-in counts too.
        "form-action": ["'self'", *env.openid_connect_origins()],
        "frame-ancestors": ["'none'"],
    },
}
# Pages of these other sites may read the API in a visitor's browser; none brings a cookie along.
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOWED_ORIGINS = env.origins("API_ORIGINS")
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "if-none-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After"]
# Where pages have unfold's looks, and need what they need.
DESK_ADDRESSES = ("/admin/",)
# Whoever finds a fault writes there: an address, or a page; shown in /.well-known/security.txt.
SECURITY_CONTACT = os.getenv("SECURITY_CONTACT", "")

# A folder has no host, but without one in the URL the worker warns.
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    # Seconds: a line that was cut without a word would hold the clock for ever.
    {"socket_connect_timeout": 5, "socket_timeout": 10}
    if REDIS_URL
    else {
        "data_folder_in": str(VAR_DIR / "broker"),
        "data_folder_out": str(VAR_DIR / "broker"),
        "control_folder": str(VAR_DIR / "broker-control"),
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Those of the clock's jobs that need both apps are tasks of the upper one.
TASKS_ELSEWHERE = {
    Job.WRITE_BINDER: "delegations.desk.binder.tasks",
    Job.ERASE: "delegations.desk.erasure.tasks",
}
TICK_SECONDS = env.number("TICK_SECONDS", 60)
CELERY_BEAT_SCHEDULE = {
    job.value: {
        "task": f"{TASKS_ELSEWHERE.get(job, 'invitations.tasks')}.{job}",
        "schedule": TICK_SECONDS,
        # Each tick finds its work in the tables, so a late one may be dropped.
        "options": {"expires": TICK_SECONDS * 0.9},
    }
    for job in CLOCK_JOBS
}

# For the hour when the system is dark: each night's pages, closed by this public key.
BINDER_KEY = os.getenv("BINDER_KEY", "")
BINDER_FOLDER = Path(os.getenv("BINDER_FOLDER", VAR_DIR / "binder"))
BINDER_DAYS = env.number("BINDER_DAYS", 14)

# Who may read the figures at /metrics; without a token there are none.
METRICS_TOKEN = env.secret("METRICS_TOKEN", default="")

# Rows that are loaded as they were have their history already.
AUDITLOG_DISABLE_ON_RAW_SAVE = True
AUDITLOG_INCLUDE_TRACKING_MODELS = (
    "invitations.ForumEdition",
    "invitations.QuietPeriod",
    "invitations.Circular",
    "invitations.ReminderStep",
    "invitations.MemberState",
    "invitations.StateAlias",
    "invitations.Mission",
    "invitations.Minister",
    "invitations.Rank",
    "invitations.FormOfAddress",
    "invitations.LetterTemplate",
    "invitations.Term",
    "invitations.Invitation",
    "invitations.Correspondence",
    # Whatever carries a reply over says so itself: to look for it takes a query for each reply.
    {"model": "invitations.Reply", "exclude_fields": ["carried_to"]},
    "delegations.Delegation",
    # Needs tell of a person's health: that they changed is kept, not what they are.
    {
        "model": "delegations.Delegate",
        "mask_fields": ["needs"],
        "mask_callable": "invitations.audit.withheld",  # auditlog's own shows the second half
    },
    "delegations.PolicyStatement",
    "delegations.HighLevelSession",
    "delegations.Notice",
    "delegations.SpeakingSlot",
    {
        "model": "auth.User",
        "exclude_fields": ["password", "last_login"],
        "m2m_fields": ["groups", "user_permissions"],
    },
    {"model": "auth.Group", "m2m_fields": ["permissions"]},
)

# The desk and the codes of staff are called as the sender of mail is.
NAME = parseaddr(DEFAULT_FROM_EMAIL)[0] or SITE_HOST
UNFOLD = desk_settings.unfold_of(NAME)

LOG_JSON = env.flag("LOG_JSON", default=False)
LOGGING = logs.settings_of_logging(as_json=LOG_JSON)
if SENTRY_DSN := env.secret("SENTRY_DSN", default=""):
    error_reports.start(SENTRY_DSN, DEPLOYMENT, __version__)
