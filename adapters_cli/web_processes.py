"""Several processes that answer on one port: started, started anew when one ends, and ended together."""

from __future__ import annotations

import dataclasses
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from adapters_cli.ending import end_at_once, stop_signals
from adapters_cli.log import log_to_stderr
from adapters_storage.settings import Settings

STARTS_ANEW_AFTER_S = 1.0
ENDS_WITHIN_S = 20.0
"""A web process finishes in half of that, or cuts off what it has in hand."""

log = logging.getLogger(__name__)


def serve_with(settings: Settings, bound: socket.socket, *, listening: Callable[[int], None]) -> None:
    """Answer on `bound` with as many processes as the settings say, until SIGINT or SIGTERM. For the main thread.

    The database is migrated and, if it is the embedded one, runs. Processes end when this one does, however it ends.
    """
    spawning = multiprocessing.get_context("spawn")
    living, held = spawning.Pipe(duplex=False)

    def started(place: int) -> BaseProcess:
        ours = _of_process(settings, place)
        process = spawning.Process(target=_answer, args=(ours, bound, living, held), name=f"web-{place}")
        process.start()
        return process

    with stop_signals() as stop:
        processes = {place: started(place) for place in range(1, settings.web_processes + 1)}
        listening(bound.getsockname()[1])
        while stop not in wait([stop, *(process.sentinel for process in processes.values())]):
            for place, process in processes.items():
                if process.exitcode is not None:
                    log.error("web process %d ended with %s, starting another", process.pid, process.exitcode)
                    time.sleep(STARTS_ANEW_AFTER_S)
                    processes[place] = started(place)
        for process in processes.values():
            process.terminate()
        late = time.monotonic() + ENDS_WITHIN_S
        for process in processes.values():
            process.join(max(0.0, late - time.monotonic()))
            process.kill()
            process.join()


def _of_process(settings: Settings, place: int) -> Settings:
    """Each web process tells its figures on a port of its own, after that of the process that was started."""
    port = settings.metrics_port
    return settings if port is None else dataclasses.replace(settings, metrics_port=port + place if port else 0)


def _answer(settings: Settings, bound: socket.socket, living: Connection, held: Connection) -> None:
    """One web process. It ends with its parent: the pipe that only the parent holds open is closed then."""
    from adapters_http.server import serve_on
    from adapters_storage.assembly import assembled

    held.close()
    threading.Thread(target=_end_with, args=(living,), daemon=True).start()
    log_to_stderr(settings.log_format)
    with assembled(settings) as recital, recital.telling():
        serve_on(recital, bound)
    end_at_once()


def _end_with(living: Connection) -> None:
    living.poll(None)  # nothing is ever sent: this is the end of the file
    os.kill(os.getpid(), signal.SIGTERM)
