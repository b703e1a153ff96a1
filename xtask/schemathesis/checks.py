"""What `cargo xtask schemathesis` asks of every answer beside the checks of Schemathesis itself.

`positive_data_acceptance` fails for each request that fits the OpenAPI document and is refused with 400, 412, 414 or 422. Some of
those must be refused for what no schema can say. They are listed here one by one, each with its reason, and everything else
fails as it would there.
"""

import tomllib
from pathlib import Path

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

BLUEPRINT = tomllib.loads(Path("blueprint.toml").read_text(encoding="utf-8"))


def fields_of_some():
    """Fields that are read or written by some only; for the others they do not exist, and the document is one for all."""
    for entity in BLUEPRINT["entity"].values():
        for name, field in entity["field"].items():
            if "read" in field or "write" in field:
                yield name


OF_SOME = set(fields_of_some())

# What is refused of a request as a whole: status, code, the beginning or end of its detail, and why no schema says it.
WHOLE = [
    (412, "precondition_failed", "", "the version in If-Match is that of a row, not of a schema"),
    (422, "idempotency_key_reused", "", "the same key was drawn for another request"),
    (400, "bad_request", "at most 20 filters", "each filter is a parameter of its own, and OpenAPI cannot count parameters"),
    (400, "bad_parameter", "must be a phone number with country code, for example +15551234567", "as in a body: see below"),
    (400, "bad_parameter", " twice", "`sort=id,-id` are two different words of one list"),
    (400, "bad_request", "the query string is not UTF-8 text", "half of a surrogate pair is a text to JSON Schema, and to nobody else"),
    (414, "uri_too_long", "", "all the filters of a list at once are longer than a request line may be"),
    (400, "bad_parameter", "is no cursor that this list gave out", "a cursor is what an answer held"),
    (400, "bad_parameter", "`cursor` is not a cursor of this list; start again without it", "the same, signed for one list"),
]

# What is refused of a value: its code, the key that it stands under (None: any), and why no schema says it.
VALUES = [
    ("integer", None, "JSON Schema takes 4.0 for an integer; here one is written without a point, for beyond 2^53 readers round"),
    ("phone", None, "which country codes there are would be a pattern of hundreds"),
    ("spent", "token", "which tokens still count is known to the server alone"),
    ("min_length", "password", "PASSWORD_MIN_LENGTH is a setting, and the document knows no settings"),
    ("common", "password", "a password that many use is refused, and the list of them is long"),
    ("context", "password", "a password made of the address is refused"),
    *(("unknown", name, "there only for who may read it") for name in OF_SOME),
    *(("read_only", name, "written only by who may") for name in OF_SOME),
]


def names_field_of_some(detail):
    """Whether a parameter is refused for a field that the caller does not know of."""
    words = (word.strip("`").split("[")[0].split(".")[-1] for word in detail.split(" "))
    return any(word in OF_SOME for word in words) and ("is not a field of" in detail or "is not a parameter" in detail)


def is_beyond_schemas(status, problem):
    """Whether a refusal has a reason that no schema can say."""
    detail = problem.get("detail", "")
    if any((status, problem.get("code")) == (known, code) and detail.endswith(end) for known, code, end, _ in WHOLE):
        return True
    if status == 400:
        return problem.get("code") == "bad_parameter" and names_field_of_some(detail)
    if status != 422:
        return False
    errors = problem.get("errors") or []
    keys = [(error["code"], error["pointer"].rsplit("/", 1)[-1]) for error in errors]
    known = lambda code, key: any(code == each and of in (None, key) for each, of, _ in VALUES)
    return bool(keys) and all(known(code, key) for code, key in keys)


def is_misled(case, problem):
    """Whether a guessed link has put the id of a row above, which has another form, into the filter `id` of a list below it."""
    given = str((case.query or {}).get("id", ""))
    forms = {"`id` is not an id": not given.isdigit(), "`id` is not a UUID": given.isdigit()}
    return "/{id}/" in case.operation.path and forms.get(problem.get("detail"), False)


@schemathesis.check
def valid_requests_are_accepted(ctx, response, case):
    """`positive_data_acceptance`, but for refusals whose reason no schema can say."""
    if response.status_code in (400, 412, 414, 422):
        problem = response.json()
        if is_beyond_schemas(response.status_code, problem) or is_misled(case, problem):
            return None
    return positive_data_acceptance(ctx, response, case)
