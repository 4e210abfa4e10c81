"""A Redis of one's own while a context lasts."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import redis

from tests.support.postgres import free_port

START_SECONDS: Final = 30.0


@contextmanager
def private_redis() -> Iterator[str]:
    """Run an empty Redis on a free loopback port that writes nothing to disk; give its URL.

    Raises
    ------
    FileNotFoundError
        If no redis-server is installed.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise FileNotFoundError("no redis-server is installed; on Debian: apt-get install redis-server")
    port, pause = free_port(), 0.05
    with tempfile.TemporaryDirectory(prefix="versus-redis-") as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            with redis.Redis(port=port) as client:
                for _ in range(int(START_SECONDS / pause)):
                    try:
                        client.ping()
                    except redis.ConnectionError:
                        try:
                            code = server.wait(pause)
                        except subprocess.TimeoutExpired:
                            continue
                        raise RuntimeError(f"redis-server ended with {code}") from None
                    break
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.kill()
            server.wait()
