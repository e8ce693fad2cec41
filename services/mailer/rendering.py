"""The texts of our mail: Jinja2 in a sandbox, values as they are (behaviour M-4).

A template is a pair of files per language, `cs/notice.txt` and `cs/notice.html`; the first line
of the text is the subject. Values are only ever inserted: what a mail says is never a template.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import FileSystemLoader, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.contracts.line import one_line
from shared.contracts.said import Said, said
from shared.errors import TransientError
from shared.language.language import LanguageName

BUILT_IN = Path(__file__).parent / "templates"
"""The templates that come with the service."""

_LONGEST_SUBJECT = 250
_LONGEST_TEXT = 1_000_000
_TROUBLE = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What expressions in a template may end with."""


class TemplateTroubleError(TransientError):
    """A template cannot be used as it is; mail that needs it waits until it is corrected."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template has made.

    Attributes:
        subject: One line.
        text: Plain text.
        html: The same as HTML, its values escaped; None where the template has none.
    """

    subject: str
    text: str
    html: str | None


class Templates:
    """The templates of one box: the installation's own before the built-in ones.

    Attributes:
        language: Their language.
    """

    def __init__(self, language: LanguageName, own: Path | None = None) -> None:
        """Take the language, and the folder of the installation's own templates."""
        self._folders = [each / language for each in (own, BUILT_IN) if each is not None]
        self.language = language
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self._folders),
            autoescape=_is_html,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def names(self) -> list[str]:
        """Return the names of all templates."""
        files = self._environment.list_templates(["txt"])
        return sorted(file.removesuffix(".txt") for file in files if "/" not in file)

    def render(self, name: str, values: Mapping[str, object]) -> Rendered:
        """Return subject and text of the template `name`.

        Raises:
            TemplateTroubleError: There is no such template, or it cannot be used; says which line.
        """
        subject, _, body = self._fill(f"{name}.txt", values).partition("\n")
        html = self._fill(f"{name}.html", values) if self._has_html(name) else None
        return Rendered(one_line(subject).strip()[:_LONGEST_SUBJECT], body.lstrip("\n"), html)

    def problems(self) -> Iterator[Said]:
        """Yield what is wrong with the templates, as far as can be known without values."""
        for file in self._environment.list_templates(["txt", "html"]):
            shown = f"{self.language}/{one_line(file)}"
            try:
                self._environment.get_template(file)
            except TemplateSyntaxError as error:
                yield said(
                    "template {file}, line {line} is wrong",
                    file=shown,
                    line=error.lineno,
                )
            except _TROUBLE as error:
                yield said(
                    "template {file} cannot be read: {reason}",
                    file=shown,
                    reason=type(error).__name__,
                )

    def _has_html(self, name: str) -> bool:
        """Whether HTML is beside the text: another folder's would say something else."""
        home = next((each for each in self._folders if (each / f"{name}.txt").is_file()), None)
        return home is not None and (home / f"{name}.html").is_file()

    def _fill(self, file: str, values: Mapping[str, object]) -> str:
        where = f"template {self.language}/{one_line(file)}"
        try:
            text = self._environment.get_template(file).render(values)
        except TemplateSyntaxError as error:
            raise TemplateTroubleError(
                said("{where}, line {lineno}; correct it", where=where, lineno=error.lineno)
            ) from None
        except TemplateNotFound:
            known = ", ".join(self.names())
            raise TemplateTroubleError(
                said("{where} is not there; there are {known}", where=where, known=known)
            ) from None
        except _TROUBLE as error:
            # The error's own words may quote values.
            raise TemplateTroubleError(
                said("{where}: {name}; correct it", where=where, name=type(error).__name__)
            ) from None
        if len(text) > _LONGEST_TEXT:
            raise TemplateTroubleError(
                said(
                    "{where} makes more than {longest_text} characters",
                    where=where,
                    longest_text=_LONGEST_TEXT,
                )
            )
        return text


def _is_html(name: str | None) -> bool:
    return name is not None and name.endswith(".html")
