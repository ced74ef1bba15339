"""Loaded by schemathesis (schemathesis.toml beside this file)."""

import schemathesis
import yaml
from schemathesis.core import media_types
from schemathesis.core.deserialization import deserialize_yaml


@schemathesis.deserializer(*media_types.YAML_MEDIA_TYPES)
def read_yaml(context, response):
    # An attachment is sent back with the media type it was uploaded with, whatever it holds. schemathesis 4.32.5 goes on after a ValueError alone.
    try:
        return deserialize_yaml(response.content.decode(response.encoding or "utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
