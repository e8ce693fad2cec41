"""The policy of the manual (chapter 15) as one table, read from top to bottom.

A rule marked "stop" ends the chain: commands already emitted stand, no activity is made.
"""

from collections.abc import Sequence
from functools import partial

from services.classifier.chain import Check, Hit, Miss, PolicyRow, SoFar
from services.classifier.facts.facts import Facts
from services.classifier.reading.mail import Mail
from services.classifier.rules import (
    bounce,
    complaint,
    conversation,
    custom_rules,
    direction,
    duplicate,
    early_rules,
    ignored_subject,
    incoming,
    inform_users,
    invitation,
    net_genium,
    new_task,
    nothing_made,
    opt_out,
    outgoing,
    own_mail,
    problem,
    reply_or_forward,
    sender_proof,
    spam,
    ticket,
    undecided,
    xml_mail,
)
from shared.contracts.said import said
from shared.settings.box import Box

_manual = partial(PolicyRow, of_manual=True)

# fmt: off
POLICY = (
    PolicyRow("S-1", "sender_proof", sender_proof.check, "-"),  # proven, refuted, unknown
    PolicyRow("R-0", "own_mail", own_mail.check, "-"),  # stop LOOP
    PolicyRow("R-1", "duplicate", duplicate.check, "15.1"),  # stop DUPLICATE KEY
    PolicyRow("E-4", "xml_mail", xml_mail.check, "-"),  # done as a whole or refused, stop
    PolicyRow("C-1", "early_rules", early_rules.check, "-"),  # the administrator's, go on
    _manual("R-2", "bounce", bounce.check, "13"),  # marks, go on
    _manual("R-3", "complaint", complaint.check, "-"),  # marks, go on
    _manual("R-4", "opt_out", opt_out.check, "13"),  # marks the sender, go on
    _manual("R-5", "invitation", invitation.check, "14"),  # invitation records, go on
    _manual("R-6", "problem", problem.check, "15.2"),  # a task or INVALID TASK, stop
    _manual("R-7", "spam", spam.check, "15.3"),  # stop SPAM
    _manual("R-8", "net_genium", net_genium.check, "15.4"),  # stop NET Genium
    _manual("R-9", "inform_users", inform_users.check, "15.5"),  # stop Inform other users…
    _manual("R-10", "new_task", new_task.check, "15.6"),  # one task, go on
    _manual("R-11", "reply_or_forward", reply_or_forward.check, "15.7"),  # noted, go on
    _manual("R-12", "ignored_subject", ignored_subject.check, "15.8"),  # stop IGNORED
    PolicyRow("E-1", "conversation", conversation.check, "-"),  # stop FILED
    PolicyRow("R-13", "custom_rules", custom_rules.check, "-"),  # the administrator's, go on
    PolicyRow("R-14", "direction", direction.check, "15.9"),  # incoming or outgoing
    PolicyRow("E-7", "ticket", ticket.check, "-"),  # a task, go on
    PolicyRow("R-15", "incoming", incoming.check, "15.10"),  # an activity per user
    PolicyRow("R-16", "outgoing", outgoing.check, "15.11"),  # one activity
    PolicyRow("E-3", "undecided", undecided.check, "-"),  # forwarded to the support
    PolicyRow("R-17", "nothing_made", nothing_made.check, "15.11", always=True),  # DELETED
)
# fmt: on

_OF_CONVERSATIONS = ("conversation", "ticket", "undecided")
_NOT_FOR_OLD_MAIL = (
    *("complaint", "opt_out", "invitation", "problem", "new_task"),
    *("early_rules", "custom_rules"),
    *_OF_CONVERSATIONS,
)


def policy_of(box: Box) -> tuple[PolicyRow, ...]:
    """Return the rules for the mail of a box."""
    rows = tuple(row for row in POLICY if box.conversations or row.name not in _OF_CONVERSATIONS)
    return rows if box.manual_rules else for_scanning(rows)


def for_old_mail(policy: Sequence[PolicyRow]) -> tuple[PolicyRow, ...]:
    """Return the rules for mail that its box held before it was first read (I-11)."""
    return tuple(row for row in policy if row.name not in _NOT_FOR_OLD_MAIL)


def for_scanning(policy: Sequence[PolicyRow]) -> tuple[PolicyRow, ...]:
    """Return the rules of a box that only scans: the manual's make nothing (C-5)."""
    return tuple(
        row._replace(check=if_asked_for(row.check)) if row.name in {"incoming", "outgoing"} else row
        for row in policy
        if not row.of_manual and row.name != "undecided"
    )


def if_asked_for(check: Check) -> Check:
    """Return a rule that makes activities only where a rule with `activity` holds (C-5)."""

    def asked(mail: Mail, facts: Facts, so_far: SoFar) -> Hit | Miss:
        if so_far.presets is None:
            return Miss(said("the box only scans, and no rule asks for an activity"))
        return check(mail, facts, so_far)

    return asked


def without_problems(policy: Sequence[PolicyRow]) -> tuple[PolicyRow, ...]:
    """Return the rules for a mail whose problem somebody else was first to tell (S-8)."""
    return tuple(
        row._replace(check=problem.told_by_another) if row.name == "problem" else row
        for row in policy
    )
