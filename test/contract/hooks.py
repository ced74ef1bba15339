"""Loaded by schemathesis (schemathesis.toml beside this file)."""

import schemathesis
from schemathesis.core import media_types


@schemathesis.hook
def before_call(context, case, kwargs):
    # Beside the key that it was given schemathesis 4.32.5 now and then makes up a session cookie, and takes the pair for wrong.
    if case.cookies:
        case.cookies.clear()


@schemathesis.deserializer(*media_types.YAML_MEDIA_TYPES)
def read_yaml(context, response):
    # An attachment is sent back with the media type it was uploaded with, whatever it holds: text here, as the document says.
    return response.content.decode("utf-8", errors="replace")
