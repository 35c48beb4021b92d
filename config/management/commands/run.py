"""`./manage.py run`, behind `make run`: the whole product in the foreground."""

import fcntl
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from accounts.models import Heartbeat
from config import embedded, env, launch, vendor
from config.celery import app
from config.management.commands import seed

ROLES = (
    "operator callback gridworker gridhead community town town2 department department2 department3 "
    "supervisor leader assessor admin"
)
SLOW = 60  # seconds after which a start that is not ready says what it waits for
PASSWORD = "whistle-demo"  # noqa: S105  # of the demo district, printed on purpose


class Command(BaseCommand):
    help = (
        "Serve the product: web, worker and beat, on embedded services where no address is given."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, wait; Ctrl-C and SIGTERM end it with status 0."""
        self.host = env.text("HOST", "127.0.0.1")
        self.port = env.integer("PORT", 8000, low=1, high=65535)
        if os.environ.get("MAKELEVEL"):
            launch.end_with_parent()
        stop = launch.Stop()
        with self._only_one():
            self._check_port()
            try:
                embedded.attach_from_settings()
                if not stop.asked:
                    self._prepare(stop)
                if not stop.asked:
                    launch.run(self._children(), stop, self._each_second)
            except (embedded.ServiceError, launch.GivenUp) as error:
                raise CommandError(str(error)) from None
            except OperationalError as error:
                raise CommandError(f"the database does not answer: {error}") from None
            finally:
                cast("DatabaseWrapper", connections["default"]).close_pool()
                embedded.detach(others=5)  # ours were killed and let go any moment
        launch.say("Stopped.")

    def _only_one(self) -> IO[str]:
        """Hold the lock that says this DATA_DIR is being served."""
        path = settings.DATA_DIR / "run" / "launcher"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+")
        if not embedded.try_lock(lock.fileno(), fcntl.LOCK_EX):
            lock.seek(0)
            raise CommandError(
                f"{settings.DATA_DIR} is being served already: {lock.read().strip()}"
            )
        lock.truncate(0)
        lock.write(self._address())
        lock.flush()
        return lock

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CommandError(
                    f"Port {self.port} of {self.host} cannot be had ({error.strerror}). "
                    f"Choose another: PORT={self.port + 1} make run"
                ) from None

    def _prepare(self, stop: launch.Stop) -> None:
        """Bring database, demo district and static files up to date; a stop breaks it off."""
        fingerprint, kept = vendor.fingerprint(), settings.STATIC_ROOT / ".fingerprint"
        collecting = None
        if not settings.DEBUG and not (kept.exists() and kept.read_text() == fingerprint):
            shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
            collecting = self._begin("collectstatic", "--noinput", "--verbosity=0")
        call_command("migrate", verbosity=0, interactive=False)
        if settings.DEMO and seed.is_needed():
            launch.say("Loading the demo district, once…")
            cases = env.integer("DEMO_CASES", 2000)
            self._end(self._begin("seed", "--demo", f"--cases={cases}"), stop)
        # Ready means that our own worker has swept: what an earlier run left does not count.
        Heartbeat.objects.filter(name__in=app.conf.beat_schedule).delete()
        connection.close()
        if collecting and self._end(collecting, stop):
            kept.write_text(fingerprint)

    def _begin(self, *arguments: str) -> launch.Child:
        command = [sys.executable, "manage.py", *arguments]
        child = launch.Child(arguments[0], command, self._environment(), settings.BASE_DIR)
        child.start()
        return child

    def _end(self, child: launch.Child, stop: launch.Stop) -> bool:
        done = launch.complete(child, stop)
        if not done and not stop.asked:
            raise CommandError(f"{child.name} failed; see above")
        return done

    def _environment(self) -> dict[str, str]:
        """Return what our processes find around them."""
        metrics = settings.DATA_DIR / "run" / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        return os.environ | {
            "DATA_DIR": str(settings.DATA_DIR),
            "STATIC_COLLECTED": "0" if settings.DEBUG else "1",
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        }

    def _children(self) -> list[launch.Child]:
        environment, folder = self._environment(), Path(settings.BASE_DIR)
        python = [sys.executable, "-m"]
        web = ["granian", "--interface", "wsgi", "config.wsgi:application", "--no-ws"]
        web += ["--host", self.host, "--port", str(self.port), "--log-level", "warning"]
        web += ["--workers", str(env.integer("WEB_WORKERS", 2, low=1))]
        web += ["--blocking-threads", str(env.integer("WEB_THREADS", 4, low=1))]
        web += ["--respawn-failed-workers", "--workers-kill-timeout", "10"]
        celery = ["celery", "--quiet", "--app", "config"]
        worker = [
            "worker",
            "--concurrency",
            str(env.integer("WORKERS", 2, low=1)),
            "--loglevel",
            "WARNING",
        ]
        worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        # The rhythm needs no memory: every sweep runs once at the start.
        beat = [
            "beat",
            "--scheduler",
            "celery.beat:Scheduler",
            "--pidfile=",
            "--loglevel",
            "WARNING",
        ]
        commands = {"web": web, "worker": celery + worker, "beat": celery + beat}
        self.told, self.began = False, time.monotonic()
        return [
            launch.Child(name, python + command, environment, folder)
            for name, command in commands.items()
        ]

    def _each_second(self) -> None:
        """Bring back a keeper that was killed; tell once that all is ready, or what is not."""
        embedded.attach_from_settings()
        if self.told:
            return
        missing = self._missing()
        if not missing:
            self.told = True
            self._tell()
        elif time.monotonic() - self.began > SLOW:
            self.told = True
            launch.say(f"{self._address()} is not ready after {SLOW} s: {missing}")

    def _missing(self) -> str:
        """Return what /readyz lacks, or an empty string."""
        address = f"http://{self._reachable()}:{self.port}/readyz"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return ""
        except urllib.error.HTTPError as error:
            return error.read().decode(errors="replace")
        except OSError as error:
            return str(error)

    def _tell(self) -> None:
        launch.say(f"\nChuishao is ready: {self._address()}")
        if settings.DEMO:
            launch.say(f"Demo sign-ins, password {PASSWORD}:")
            launch.say("  " + "\n  ".join(ROLES.split()))
        launch.say("Ctrl-C stops everything.")

    def _reachable(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"[{host}]" if ":" in host else host

    def _address(self) -> str:
        return f"http://{self._reachable()}:{self.port}/"
