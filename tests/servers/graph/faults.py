"""What goes wrong, and when: switched on by the test, request by request."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Literal

from tests.servers.graph.messages import Call, RefusalError, Reply

When = Literal["before", "after"]


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        reply: What is answered instead; None: the connection is cut without an answer.
        when: Before the request has any effect, or after it has had it.
        gate: The request waits for it before anything else; with `reply` None and `gate` set the
            request is carried out as usual afterwards.
        method: The only method it concerns.
        path: Pattern of the paths that it concerns, as `/users/a@b.cz/events`.
        times: How often it happens still.
    """

    reply: Reply | None = None
    when: When = "before"
    gate: threading.Event | None = None
    method: str = ""
    path: str = ""
    times: int = 1

    def concerns(self, call: Call) -> bool:
        """Whether it is this request's turn."""
        return (
            self.times > 0
            and self.method in ("", call.method)
            and re.search(self.path, call.where) is not None
        )


@dataclass(slots=True)
class Faults:
    """The faults to come, in the order in which they were switched on."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault, *, method: str = "", path: str = "", times: int = 1) -> Fault:
        """Switch a fault on for the next `times` requests of this method and path."""
        fault.method, fault.path, fault.times = method, path, times
        self.waiting.append(fault)
        return fault

    def take(self, call: Call) -> Fault | None:
        """Return what goes wrong with a request."""
        for fault in self.waiting:
            if fault.concerns(call):
                fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        """Switch all faults off, and let go whatever waits."""
        for fault in self.waiting:
            if fault.gate is not None:
                fault.gate.set()
        self.waiting.clear()


def status(code: int, name: str = "", headers: Mapping[str, str] | None = None) -> Fault:
    """Answer with a status and Graph's code for it, without effect."""
    refusal = RefusalError(code, name or HTTPStatus(code).phrase.replace(" ", ""), "", headers)
    return Fault(refusal.reply)


def throttled(wait: float | datetime | None, code: int = HTTPStatus.TOO_MANY_REQUESTS) -> Fault:
    """Ask to wait: seconds, or until a time (RFC 9110, section 10.2.3), or without saying."""
    headers = {} if wait is None else {"Retry-After": _written(wait)}
    return status(code, "ApplicationThrottled", headers)


def _written(wait: float | datetime) -> str:
    return format_datetime(wait, usegmt=True) if isinstance(wait, datetime) else f"{wait:g}"


def html(code: int = HTTPStatus.OK) -> Fault:
    """Answer with a page for people, as a proxy does."""
    page = b"<!DOCTYPE html><html><body><h1>Access denied by proxy</h1></body></html>"
    return Fault(Reply(code, headers={"Content-Type": "text/html"}, raw=page))


def torn() -> Fault:
    """Answer with half of a JSON object."""
    return Fault(Reply(raw=b'{"value": [{"id": "AAk'))


def reset() -> Fault:
    """Cut the connection before the request has any effect."""
    return Fault()


def lost_answer() -> Fault:
    """Do what is asked, and cut the connection instead of saying so."""
    return Fault(when="after")


def answered_after(code: int) -> Fault:
    """Do what is asked, and answer with a failure of the server."""
    fault = status(code)
    fault.when = "after"
    return fault


def held(gate: threading.Event) -> Fault:
    """Let a request wait until the test opens the gate, and then go on as usual."""
    return Fault(gate=gate)
