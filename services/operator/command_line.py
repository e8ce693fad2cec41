"""The command line: results go to standard output, messages to standard error.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 partly done, 4 credentials refused, 5 server
unreachable, 78 configuration wrong, 130 interrupted (behaviour O-6).
"""

import io
import json
import sys
import tempfile
import traceback

from typer.exceptions import TyperException

from services.operator import signals
from services.operator.commands import app
from shared.errors import CRMServiceError, ExitCode


def call(*, as_json: bool) -> int:
    """Run the command that the arguments name; gives the exit code, shows no traceback.

    Args:
        as_json: A failure is told as one JSON line on standard error.
    """
    try:
        # A subject that the terminal's encoding lacks must not stop the work.
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        code = _run(as_json=as_json)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    code = signals.ending(code)
    if code == ExitCode.INTERRUPTED:
        _tell(signals.SENTENCE, ExitCode.INTERRUPTED, as_json=as_json)
    return code


def _run(*, as_json: bool) -> int:
    try:
        return int(app(standalone_mode=False) or ExitCode.DONE)
    except TyperException as error:
        # The kinds that name the option and the nearest one have a message of their own.
        sentence = getattr(error, "format_message", error.__str__)()
        _tell(f"{sentence}\ntry: crmservice --help", ExitCode.WRONG_USE, as_json=as_json)
        return ExitCode.WRONG_USE
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence for the person, the rest to a file
        return _failure(error, as_json=as_json)


def _failure(error: Exception, *, as_json: bool) -> ExitCode:
    if _came_of_interruption(error):
        return ExitCode.INTERRUPTED
    if isinstance(error, CRMServiceError):
        sentence, code = str(error), error.exit_code
    else:
        sentence, code = f"unexpected error; details in {_details(error)}", ExitCode.FAILED
    _tell(sentence, code, as_json=as_json)
    return code


def _came_of_interruption(error: BaseException | None) -> bool:
    """Whether it only says that something was in the middle of its work when it had to end."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _tell(sentence: str, code: ExitCode, *, as_json: bool) -> None:
    if as_json:
        sentence = json.dumps({"error": sentence, "code": int(code)}, ensure_ascii=False)
    else:
        sentence = f"crmservice: {sentence}"
    sys.stderr.write(sentence + "\n")


def _details(error: Exception) -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="crmservice-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    return file.name
