"""Templates: the installation's own, the sandbox, values that look like templates (M-4)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.mailer.rendering import Templates, TemplateTroubleError
from shared.language.language import LanguageName

HOSTILE = "{{ 7 * 7 }} {% raw %} <b>&</b>\r\nBcc: eve@evil.example"


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., Templates]:
    """Make templates of the installation's own, by file."""

    def make(language: LanguageName = "cs", **files: str) -> Templates:
        folder = tmp_path / language
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name.replace("_", ".")).write_text(text, "utf-8")
        return Templates(language, tmp_path)

    return make


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize(
    "name",
    ["notice", "comment", "forward", "filed", "ticket", "answer", "undelivered", "xml_answer"],
)
def test_each_template_is_there_in_each_language(language: LanguageName, name: str) -> None:
    """M-4: and says what it is given, as it is given."""
    given = ("reason", "comment", "text", "subject", "task_number", "kind", "mail_id", "told")
    rendered = Templates(language).render(name, dict.fromkeys(given, HOSTILE))

    assert "{{ 7 * 7 }}" in rendered.subject + rendered.text
    assert "49" not in rendered.text
    assert "\n" not in rendered.subject + rendered.subject
    assert "\r" not in rendered.subject


def test_a_value_is_escaped_in_html_and_only_there() -> None:
    """M-4: what a mail says is text in HTML, too."""
    rendered = Templates("en").render("comment", {"comment": HOSTILE, "subject": "s"})

    assert "<b>&</b>" in rendered.text
    assert rendered.html is not None
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in rendered.html
    assert "<b>" not in rendered.html


def test_an_own_template_replaces_text_and_html(own: Callable[..., Templates]) -> None:
    """M-4: HTML that comes with the service does not go beside another text."""
    templates = own(comment_txt="Own {{ subject }}\nText\n")

    rendered = templates.render("comment", {"subject": "s"})

    assert (rendered.subject, rendered.text, rendered.html) == ("Own s", "Text\n", None)
    assert templates.render("notice", {"reason": "why"}).text.startswith("Dobrý den")
    assert {"comment", "notice"} <= set(templates.names())


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ ''|attr('__class__')|attr('mro')() }}",
        "{{ '{0.__class__.__init__}'.format(values).x() }}",
        "{% set _ = values.append(1) %}{{ values.x.y }}",
        "{% include '../../secret' %}",
        "{% for a in range(999999999) %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{{ open('/etc/passwd').read() }}",
    ],
)
def test_a_template_reaches_nothing_outside(own: Callable[..., Templates], escape: str) -> None:
    """M-4: the sandbox refuses, in a sentence that names the template and no value."""
    values: list[int] = []
    templates = own(bad_txt=f"s\n{escape}", bad_html="")

    with pytest.raises(TemplateTroubleError, match=r"template cs/bad.txt|secret"):
        templates.render("bad", {"values": values})

    assert values == []


def test_a_mistake_in_a_template_is_told_with_its_line(own: Callable[..., Templates]) -> None:
    """M-4: mail that needs it waits until the operator has corrected it."""
    templates = own(notice_txt="s\n\n{% if %}")

    with pytest.raises(TemplateTroubleError, match=r"cs/notice.txt, line 3"):
        templates.render("notice", {})


@pytest.mark.parametrize("name", ["unknown", "../../../etc/passwd", "a\nb", ""])
def test_an_unknown_template_is_told_with_those_there_are(name: str) -> None:
    """M-4: no name leads out of the folders."""
    with pytest.raises(TemplateTroubleError, match="there are answer, comment"):
        Templates("cs").render(name, {})
