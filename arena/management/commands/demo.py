"""A working arena in one command."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from arena.exchange.errors import BadFile
from arena.management.progress import BarProgress
from arena.management.serving import HOST, Children, ServingError, refuse_busy_port
from arena.services.demo import Demo, prepare_demo
from arena.services.errors import ServiceError
from arena.services.logins import make_login_link
from arena.services.schedules import ensure_schedules


class Command(BaseCommand):
    """Door to `services.demo`, and the starter of server and worker."""

    help = "Load the demo contests, publish their leaderboards, and start the server and a background worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="Prepare the data and stop.")
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        try:
            if not options["no_serve"]:
                refuse_busy_port(port)
            call_command("migrate", interactive=False, verbosity=0)
            with BarProgress() as progress:
                demo = prepare_demo(progress)
            ensure_schedules()
        except (ServingError, BadFile, ServiceError) as error:
            raise CommandError(str(error)) from error
        self._tell(demo)
        if options["no_serve"]:
            self.stdout.write(f"Admin (once, within an hour): {_login_address(demo, port)}")
        else:
            self._serve(demo, port)

    def _tell(self, demo: Demo) -> None:
        for refresh in demo.refreshes:
            told = refresh.problem or f"{refresh.snapshot.votes:,.0f} votes" if refresh.snapshot else refresh.problem
            self.stdout.write(f"Board {refresh.board.key}: {told}")

    def _serve(self, demo: Demo, port: int) -> None:
        # Who is believed about addresses is said by TRUSTED_PROXIES alone.
        server = ["-m", "uvicorn", "config.asgi:application", "--no-proxy-headers", "--host", HOST, "--port", str(port)]
        children = Children([[*server, "--log-level", "warning", "--no-server-header"], ["manage.py", "work"]])
        try:
            children.await_health(port)
            self.stdout.write(
                self.style.SUCCESS(f"\nVersus is ready: http://{HOST}:{port}/\n")
                + f"Vote:        http://{HOST}:{port}{reverse('arena:contest', args=[demo.contests[0].slug])}\n"
                + f"Admin, once: {_login_address(demo, port)}\n"
                + "Ctrl-C stops the server and the worker."
            )
            self.stdout.flush()
            children.wait()
        except ServingError as error:
            raise CommandError(str(error)) from error
        finally:
            children.stop()


def _login_address(demo: Demo, port: int) -> str:
    return f"http://{HOST}:{port}{reverse('arena:login_once', args=make_login_link(demo.admin))}"
