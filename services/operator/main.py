"""`crmservice`: the command line. Results go to standard output, messages to standard error.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 partly done, 4 credentials refused, 5 server
unreachable, 78 configuration wrong, 130 interrupted (behaviour O-6).
"""

import io
import json
import sys
import tempfile
import traceback

from typer.exceptions import TyperException

from services.operator.commands import app
from shared.errors import CRMServiceError, ExitCode


def main() -> None:
    """Run the command line and leave with its exit code; never shows a traceback."""
    # A subject that the terminal's encoding lacks must not stop the work.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(as_json="--json" in sys.argv))


def run(*, as_json: bool) -> int:
    """Run the command that the arguments name; gives the exit code.

    Args:
        as_json: A failure is told as one JSON line on standard error.
    """
    try:
        code = app(standalone_mode=False) or ExitCode.DONE
        if code == ExitCode.INTERRUPTED:
            _tell("interrupted: the next run does what is left", code, as_json=as_json)
        return int(code)
    except TyperException as error:
        # The kinds that name the option and the nearest one have a message of their own.
        sentence = getattr(error, "format_message", error.__str__)()
        _tell(f"{sentence}\ntry: crmservice --help", ExitCode.WRONG_USE, as_json=as_json)
        return ExitCode.WRONG_USE
    except CRMServiceError as error:
        _tell(str(error), error.exit_code, as_json=as_json)
        return error.exit_code
    except Exception:  # noqa: BLE001 - the last resort: a sentence for the person, the rest to a file
        _tell(f"unexpected error; details in {_details()}", ExitCode.FAILED, as_json=as_json)
        return ExitCode.FAILED


def _tell(sentence: str, code: ExitCode, *, as_json: bool) -> None:
    if as_json:
        sentence = json.dumps({"error": sentence, "code": int(code)}, ensure_ascii=False)
    else:
        sentence = f"crmservice: {sentence}"
    sys.stderr.write(sentence + "\n")


def _details() -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="crmservice-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exc(file=file)
    return file.name
