"""
The worker: outbox, sealing of the audit trail, jobs and chores, in one loop.

On SQLite it is a thread of the one web process; on PostgreSQL ``madoguchi worker`` runs as many as wanted.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from madoguchi.kernel.audit import audit_seal
from madoguchi.kernel.chores import chores_run
from madoguchi.kernel.clock import now
from madoguchi.kernel.outbox import outbox_run

log = logging.getLogger(__name__)
REST_SECONDS = 1.0


def worker_round() -> int:
    """Do once everything that is due; how many things were done."""
    moment = now()
    chores_run(now=moment)
    return outbox_run(now=moment) + jobs_run() + audit_seal(now=moment)


def jobs_run() -> int:
    """Run every job that is ready (django-tasks), one after another."""
    ready = DBTaskResult.objects.ready().count()
    if ready:
        Worker(
            queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False,
            max_tasks=None, worker_id=threading.current_thread().name[:32], excluded_queue_names=[],
        ).run()  # fmt: skip
    return ready


def worker_run(stop: Callable[[], bool], rest: Callable[[float], object]) -> None:
    """Work until told to stop; a database that is away for a while is waited for, not died of."""
    while not stop():
        close_old_connections()
        try:
            busy = worker_round()
        except DatabaseError:
            log.exception("the worker could not reach the database; it tries again")
            busy = 0
        if not busy:
            rest(REST_SECONDS)
    close_old_connections()


def worker_start_thread() -> threading.Event:
    """Run the worker beside the web pages; the event stops it."""
    stopping = threading.Event()
    threading.Thread(
        target=worker_run, args=(stopping.is_set, stopping.wait), name="madoguchi-worker", daemon=True
    ).start()
    return stopping
