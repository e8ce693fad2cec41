"""The typed settings of one technology box (manual, chapters 7 and 15.8)."""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.domain.addresses import domain_of
from shared.settings.pause import is_paused
from shared.settings.values import Disposition, ServerAddress


def _login_name(given: dict[str, Any]) -> str:
    return str(given.get("email", ""))


def _own_domains(given: dict[str, Any]) -> frozenset[str]:
    return frozenset({domain_of(str(given.get("email", "")))})


class Box(BaseModel):
    """One technology box; `docs/configuration.md` explains every key.

    Attributes:
        name: Label in logs and metrics (I-1).
        email: Address of the box, in lower case (`pop3Email`).
        root_path: Directory of NET Genium, as written; it may be a Windows path (I-13).
        time_zone: Zone of the pause and of all local times of the box.
        stop_from, stop_to: The pause, wall time (I-4); both None where there is none.
        pop3_name: Login name for POP3 and IMAP alike.
        poll_seconds: Seconds between two polls (I-3).
        start_from: Day, or `all`, that a first connection to a full box waits for (I-11).
        eml_dir: Import directory; whether it exists is not looked at here (ch. 6).
        eml_settle_seconds: Seconds that size and time of a file must stand still (I-7).
        save_originals_from: Addresses in lower case (A-4).
        ignore_subject: As written; compared folded (R-12).
        own_domains: Domain of the box and those configured, in lower case (D-3).
        vocabulary: What the configuration adds to the built-in phrases, by key (V).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str
    email: str
    root_path: str
    time_zone: ZoneInfo
    enabled: bool = True

    stop_from: time | None = None
    stop_to: time | None = None

    pop3_url: ServerAddress | None = None
    imap_url: ServerAddress | None = None
    pop3_name: str = Field(default_factory=_login_name)
    pop3_password: SecretStr | None = None
    pop3_oauth: bool = False
    imap_folders: tuple[str, ...] = ("INBOX",)
    allow_plaintext: bool = False
    ca_file: Path | None = None
    poll_seconds: int = 300
    disposition: Disposition = Disposition()
    scan_type: Literal["all", "unread"] = "all"
    start_from: date | Literal["all"] | None = None
    archive: bool = False

    eml_dir: Path | None = None
    eml_settle_seconds: float = 1.0

    smtp_server: ServerAddress | None = None
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_name: str | None = None
    smtp_password: SecretStr | None = None
    error_from: str | None = None
    error_to: str | None = None

    own_domains: frozenset[str] = Field(default_factory=_own_domains)
    save_originals_from: tuple[str, ...] = ()
    save_incoming_as_pending: bool = False
    ignore_subject: tuple[str, ...] = ()
    only_known_customers: bool = False
    strict_manual_direction: bool = False
    opt_out_contains: bool = False
    authserv_id: str | None = None
    sender_proof: Literal["refuted", "unproven", "off"] = "refuted"
    problem_sender: tuple[str, ...] = ()
    erp_mail_pattern: str | None = None
    ticket_box: bool = False

    graph_url: str = "https://graph.microsoft.com/v1.0"
    recurrence: Literal["series", "first"] = "series"

    vocabulary: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    def paused_at(self, moment: datetime) -> bool:
        """Tell whether the box may not be connected to at `moment`, an aware datetime (I-4)."""
        if self.stop_from is None or self.stop_to is None:
            return False
        return is_paused(moment, self.stop_from, self.stop_to, self.time_zone)
