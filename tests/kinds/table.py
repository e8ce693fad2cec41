"""The whole table, and the mails of public reports whose kinds it must have."""

from collections import Counter

from tests.kinds import (
    addresses,
    bounces,
    charsets,
    fields,
    files,
    hypertext,
    invitations,
    letters,
    mime,
    notices,
    phrases,
    quotes,
    words,
)
from tests.kinds.row import Row
from tests.kinds.typed import OF, TYPED

ROWS: list[Row] = [
    one
    for area in (
        addresses,
        mime,
        invitations,
        letters,
        files,
        hypertext,
        charsets,
        fields,
        quotes,
        bounces,
        phrases,
        words,
        notices,
    )
    for one in area.ROWS
]

FOUND = """
allday-as-exchange-writes-it alternative-with-file-names amp-part-as-attachment
apple-object-character apple-second-html attachment-without-semicolon
base64-around-a-whole-multipart base64-with-list-footer body-with-file-name
bounce-account-word-marks bounce-boilerplate-marked bounce-helpdesk-marked bounce-line-with-link
bounce-message-id-marked bounce-null-sender bounce-phrase-header-lines bounce-phrase-one-line
bounce-phrase-soft bounce-soft-word-in-address bounce-wrapped-policy-marked date-pm
date-zone-name date-zone-with-colon declared-page-without-these-bytes encoding-in-quotes-attachment encoding-in-quotes-invitation
encoding-with-comment-body erp-address-with-blank file-name-encoded-word-in-2231-pieces
file-of-an-unreadable-type flowed-token-line from-comma-company from-comma-degree
from-missing-bracket from-name-without-brackets from-unclosed-parenthesis from-unquoted-comma
gmail-indent-is-no-quote hidden-by-size hidden-otherwise html-without-semicolon idn-decomposed-letters
idn-punycode-for-unicode-contact inform-without-word-end japanese-without-charset
known-customers-two-companies latin2-declared-windows-1250-sent multipart-without-semicolon
new-task-raw-windows-1250 notice-of-no-failure openpgp-armour outlook-table-cell own-form-taken-for-a-quote plain-part-is-a-notice
problem-sender-customer problem-table-with-paragraphs q-word-with-question-mark
quote-czech-yahoo quote-polish quote-slovak-apple quote-slovak-gmail
quote-slovak-outgoing-private quote-slovak-token reply-to-new-task-with-number
subject-raw-windows-1250 text-lost-boundary thread-bare-message-id-1-first
thread-bare-message-id-2-answer thread-encoded-message-id-1-first
thread-encoded-message-id-2-answer to-invisible-mark to-name-without-brackets to-single-quotes
token-flowed token-in-bold-plain token-number-with-slash utf8-under-another-name utf8-with-one-bad-byte
""".split()
"""Mails that were read wrongly, most after a public report (docs/real-mail.md)."""


def rows_of_each() -> Counter[str]:
    """Return how many rows there are of each kind."""
    return Counter([*(row.of for row in ROWS), *(OF for _ in TYPED)])
