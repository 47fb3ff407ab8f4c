"""The WSGI door for granian. In the embedded mode this process also runs the worker."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

if settings.ENVIRONMENT.embedded and os.environ.get("MADOGUCHI_EMBEDDED_WORKER") == "1":
    from madoguchi.kernel.worker import worker_start_thread

    worker_start_thread()
