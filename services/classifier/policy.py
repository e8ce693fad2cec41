"""The policy of the manual (chapter 15) as one table, read from top to bottom.

A rule marked "stop" ends the chain: commands already emitted stand, no activity is made.
"""

from services.classifier.chain import Link
from services.classifier.rules import (
    bounce,
    complaint,
    direction,
    duplicate,
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
)

# fmt: off
POLICY = (
    Link("S-1", "sender_proof", sender_proof.check, "-"),  # proven, refuted, unknown
    Link("R-0", "own_mail", own_mail.check, "-"),  # stop LOOP
    Link("R-1", "duplicate", duplicate.check, "15.1"),  # stop DUPLICATE KEY
    Link("R-2", "bounce", bounce.check, "13"),  # marks, go on
    Link("R-3", "complaint", complaint.check, "-"),  # marks, go on
    Link("R-4", "opt_out", opt_out.check, "13"),  # marks the sender, go on
    Link("R-5", "invitation", invitation.check, "14"),  # invitation records, go on
    Link("R-6", "problem", problem.check, "15.2"),  # a task or INVALID TASK, stop
    Link("R-7", "spam", spam.check, "15.3"),  # stop SPAM
    Link("R-8", "net_genium", net_genium.check, "15.4"),  # stop NET Genium
    Link("R-9", "inform_users", inform_users.check, "15.5"),  # stop Inform other users…
    Link("R-10", "new_task", new_task.check, "15.6"),  # one task, go on
    Link("R-11", "reply_or_forward", reply_or_forward.check, "15.7"),  # noted, go on
    Link("R-12", "ignored_subject", ignored_subject.check, "15.8"),  # stop IGNORED
    Link("R-14", "direction", direction.check, "15.9"),  # incoming or outgoing
    Link("R-15", "incoming", incoming.check, "15.10"),  # an activity per user
    Link("R-16", "outgoing", outgoing.check, "15.11"),  # one activity
    Link("R-17", "nothing_made", nothing_made.check, "15.11", always=True),  # DELETED
)
# fmt: on

_NOT_FOR_OLD_MAIL = ("complaint", "opt_out", "invitation", "problem", "new_task")

ARCHIVE_POLICY = tuple(link for link in POLICY if link.name not in _NOT_FOR_OLD_MAIL)
"""For mail that was there before its box was first read (I-11)."""
