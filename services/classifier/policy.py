"""The policy of the manual (chapter 15) as one table, read from top to bottom.

A rule marked "stop" ends the chain: commands already emitted stand, no activity is made.
"""

from services.classifier.chain import Link
from services.classifier.rules import (
    direction,
    duplicate,
    ignored_subject,
    incoming,
    inform_users,
    net_genium,
    new_task,
    nothing_made,
    outgoing,
    reply_or_forward,
    spam,
)

# fmt: off
POLICY = (
    Link("R-1", "duplicate", duplicate.check, "15.1"),  # stop DUPLICATE KEY
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
