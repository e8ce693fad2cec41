"""All attacks, and the names of the inputs that showed the holes first."""

from collections import Counter

from tests.attacks.attack import Attack
from tests.attacks.contents import CONTENTS
from tests.attacks.meetings import MEETINGS
from tests.attacks.reports import REPORTS
from tests.attacks.senders import SENDERS
from tests.attacks.servers import SERVERS
from tests.attacks.stories import STORIES
from tests.attacks.words import WORDS

SINGLE: list[Attack] = [*SENDERS, *SERVERS, *REPORTS, *WORDS]
"""Attacks by one mail, which the chain alone answers."""

NAMES = frozenset(
    """
    amp-10-100-94 amp-10-50-50 amp-40-100-94 ar-compauth-forged ar-cr-hidden
    ar-forged-own-below-received ar-parent-dkim ar-pass-no-headerfrom arf-nonlatin arf-nul
    attach-aspx date-future dsn-forged dsn-null-sender envelope-forged forge-newtask-noauth
    forge-optout-noauth from-bidi from-blanks from-bracket-tail from-colon-bracket from-comma-empty
    from-comment-mid from-comment from-crinject from-group from-kelvin from-lt-only from-mailto
    from-quoted-bracket from-second-undisclosed from-space from-two-brackets from-unclosed-comment
    h-cr-auto html-xss inform-abuse m-cancel-forged m6-refuted m8-reply-forged-tom names
    preclaim-attacker preclaim-victim prob-outsider prob-real problem-by-outsider
    quote-subject-widen quote-widen refuted-outgoing th-beta th-inherit token-other-company tp-orig
    tp-poison tp-reply two-seq uid-squat uid-squat-real
    """.split()
)
"""Every input of the first audit."""


def rows_by_name() -> dict[str, int]:
    """How many rows are of each input's kind."""
    named = [one.name for one in SINGLE] + [one.name for one in CONTENTS]
    named += [name for one in (*STORIES, *MEETINGS) for name in one.names]
    return Counter(named)
