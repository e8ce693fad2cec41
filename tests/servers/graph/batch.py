"""`$batch`: up to twenty requests in one, each with its own answer."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.graph.messages import Call, Json, RefusalError, Reply, bad_request

MOST = 20
Answering = Callable[[Call], Reply]


def answer(call: Call, one: Answering) -> Reply:
    """Return the answers of a batch, in another order than the requests.

    A request that depends on a failed one is not done (424).
    """
    requests = call.body.get("requests") or []
    if len(requests) > MOST:
        return bad_request("BadRequest", "A batch has at most 20 requests.").reply
    answers = {str(each["id"]): reply for each, reply in _answered(requests, one)}
    found = [_as_json(name, reply) for name, reply in answers.items()]
    return Reply(body={"responses": found[::-1]})


def split(method: str, target: str, headers: Json, body: Json) -> Call:
    """Return a request for a target without version, as `/users/a@b.cz/events?$top=5`."""
    parts = urlsplit(target)
    path = tuple(unquote(segment) for segment in parts.path.split("/") if segment)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Call(method, path, query, {name.lower(): str(headers[name]) for name in headers}, body)


def _answered(requests: list[Json], one: Answering) -> Iterator[tuple[Json, Reply]]:
    failed: set[str] = set()
    for each in requests:
        if failed & {str(name) for name in each.get("dependsOn") or ()}:
            reply = RefusalError(HTTPStatus.FAILED_DEPENDENCY, "FailedDependency").reply
        else:
            reply = one(split(each["method"], each["url"], each.get("headers", {}), _body(each)))
        if reply.status >= HTTPStatus.BAD_REQUEST:
            failed.add(str(each["id"]))
        yield each, reply


def _body(request: Json) -> Json:
    return request.get("body") or {}


def _as_json(name: str, reply: Reply) -> Json:
    return {
        "id": name,
        "status": int(reply.status),
        "headers": {"Content-Type": "application/json", **reply.headers},
        "body": reply.body,
    }
