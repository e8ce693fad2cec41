"""docs/trust.md: the examples are read with the settings that stand beside them."""

import re
from pathlib import Path

import pytest

from services.classifier.reading.mail_systems import MAIL_SYSTEMS
from tests.builders import EVA, a_box, a_mail

_SECTION = re.compile(r"^## (.+)\n((?:(?!^## ).*\n)*)", re.MULTILINE)
_SETTING = re.compile(r'^    <add key="(\w+)" value="(.+)" />$', re.MULTILINE)
_HEADER = re.compile(r"^    (?:Received|Authentication-Results):.*\n(?:^    .*\n)*", re.MULTILINE)
_SAYS = re.compile(r"The trace says `S-1 (\w+): (.+?)`")
_FIELDS = {
    "mailSystem": "mail_system",
    "authservId": "authserv_id",
    "borderHost": "border_host",
    "bounceReporter": "bounce_reporter",
}
PAGE = Path("docs/trust.md").read_text("utf-8")
EXAMPLES = {name: text for name, text in _SECTION.findall(PAGE) if _SAYS.search(text)}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_page_gives_what_the_page_says(name: str) -> None:
    """S-1: settings, header and trace of each mail system in docs/trust.md belong together."""
    text = EXAMPLES[name]
    settings: dict[str, tuple[str, ...]] = {}
    for key, value in _SETTING.findall(text):
        settings[_FIELDS[key]] = (*settings.get(_FIELDS[key], ()), value)
    (header,) = _HEADER.findall(text)
    head = "".join(f"{line[4:]}\n" for line in header.splitlines())
    raw = f"{head}From: petr@acme.example\nTo: {EVA}\nSubject: Pump\n\nHello.\n"

    proof = a_mail(raw.encode(), a_box(**settings)).proof

    (said,) = _SAYS.findall(text)
    assert (proof.state, proof.reason) == said


def test_the_page_has_every_system_that_has_a_preset() -> None:
    """S-1: whoever looks for his mail system finds what to set."""
    assert len(EXAMPLES) == 5
    assert all(f'"mailSystem" value="{name}"' in PAGE for name in MAIL_SYSTEMS)
