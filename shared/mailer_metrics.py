"""Metrics of mail that is sent; `docs/operations.md` explains them."""

from collections.abc import Iterable, Mapping

from shared.metrics import counter, gauge

_mail_settled = counter(
    "crmservice_mailer_mails_total", "Mails to be sent, by what a try has come to.", "outcome"
)
_mail_counts = gauge("crmservice_outbox_mails", "Mails of the outbox by state.", "state")


def expect_mailer(outcomes: Iterable[str]) -> None:
    """Expect mail to be sent by this process; each try comes to one of `outcomes`."""
    for outcome in outcomes:
        _mail_settled.labels(outcome)


def mail_settled(outcome: str) -> None:
    """Count a try to send a mail that has ended: it is `sent`, has `failed`, or is `waiting`."""
    _mail_settled.labels(outcome).inc()


def outbox(counts: Mapping[str, int]) -> None:
    """Set how many mails of the outbox are in each state; `held`: they wait because of a brake."""
    for state, mails in counts.items():
        _mail_counts.labels(state).set(mails)
