"""Keys of ours for what a sender may do (S-1, S-7)."""

from typing import Annotated, Literal

from pydantic import BaseModel

from shared.settings.key import Key
from shared.settings.reporter import reporter
from shared.settings.values import address, choice, flag, host_pattern, text, whole

MAIL_SYSTEMS = ("exchange-online", "google", "seznam", "none")
"""What `mailSystem` may name; `MAIL_SYSTEMS` of the classifier has a preset for each."""


class TrustKeys(BaseModel):
    """Keys of ours for what a sender may do (S-1, S-7)."""

    mail_system: Annotated[
        tuple[str, ...],
        Key(
            "mailSystem",
            choice(*MAIL_SYSTEMS),
            doc="System that the box's mail comes in by: `exchange-online`, `google`, `seznam`, "
            "or `none` (its servers write no results).",
            source="S-1",
        ),
    ] = ()
    authserv_id: Annotated[
        tuple[str, ...],
        Key(
            "authservId",
            text,
            doc="Name by which a receiving server signs `Authentication-Results`.",
            source="S-1",
        ),
    ] = ()
    border_host: Annotated[
        tuple[str, ...],
        Key(
            "borderHost",
            host_pattern,
            doc="Server that takes the company's mail from outside, as its `Received` names it; "
            "`*.firma.cz` for all below.",
            source="S-1",
        ),
    ] = ()
    trusted_host: Annotated[
        tuple[str, ...],
        Key(
            "trustedHost",
            host_pattern,
            doc="Further server on the way from the border to the box, by its name or address; "
            "`*.firma.cz` for all below.",
            source="S-1",
        ),
    ] = ()
    sender_proof: Annotated[
        Literal["refuted", "unproven", "off"],
        Key(
            "senderProof",
            choice("refuted", "unproven", "off"),
            doc="When privileged effects are refused: sender `refuted`, also `unproven`, or `off`.",
            source="S-1",
        ),
    ] = "refuted"
    foreign_tokens: Annotated[
        Literal["flag", "refuse"],
        Key(
            "foreignTokens",
            choice("flag", "refuse"),
            doc="Token of a sender who has nothing to do with its record: taken and flagged, or "
            "passed over.",
            source="S-5",
        ),
    ] = "flag"
    erp_sender: Annotated[
        tuple[str, ...],
        Key(
            "erpSender",
            address,
            doc="Address outside the own domains that NET Genium's own mail comes from.",
            source="S-10",
        ),
    ] = ()
    eml_trusted: Annotated[
        bool,
        Key(
            "emlTrusted",
            flag,
            doc="`true`: results in files of `emlDir` count as those in a mailbox.",
            source="S-1",
        ),
    ] = False
    journal_reports: Annotated[
        bool,
        Key(
            "journalReports",
            flag,
            doc="`true`: of journal reports of Exchange the mail inside is read, for everybody "
            "whom it was sent to, also in Bcc.",
            source="I-14",
        ),
    ] = False
    journal_sender: Annotated[
        tuple[str, ...],
        Key(
            "journalSender",
            address,
            doc="From address of the journal reports of the company's own Exchange.",
            source="I-14",
        ),
    ] = ()
    bounce_reporter: Annotated[
        tuple[str, ...],
        Key(
            "bounceReporter",
            reporter,
            doc="Sender whose reports may mark addresses: an address, a domain, or either with "
            "`*`, as `bounces@*.relay.example`.",
            source="S-7",
        ),
    ] = ()
    bounce_proof: Annotated[
        Literal["on", "off"],
        Key(
            "bounceProof",
            choice("on", "off"),
            doc="`off`: every report that is not refuted marks addresses, up to `marksPerDay`.",
            source="S-7",
        ),
    ] = "on"
    marks_per_day: Annotated[
        int,
        Key(
            "marksPerDay",
            whole(1, 1_000_000, "a number of marks"),
            doc="More marks in a day raise the alarm; with `bounceProof=off` they are held.",
            source="S-7",
        ),
    ] = 100
