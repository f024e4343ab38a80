"""Passwords and tokens: never in a contract, and never in anything that is written or shown."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ingest.home import Home
from ingest.pulled.failures import PullError

_OTHERS = 0o077
_VARIABLES = "IMPACTKOMPAS_SECRET_"


def secret_of(home: Home, server: str) -> str:
    """Return the secret of a server: from its environment variable, or else from its key file.

    Raises PullError when there is none, or when others on this machine can read the file.
    """
    variable = f"{_VARIABLES}{server.upper().replace('-', '_')}"
    file = home.keys / f"{server}.secret"
    if given := os.environ.get(variable, "").strip():
        return given
    if not file.is_file():
        raise PullError(
            f"het geheim van server {server} ontbreekt. Zet het wachtwoord of token in "
            f"keys/{file.name} (chmod 600) of in omgevingsvariabele {variable}."
        )
    if file.stat().st_mode & _OTHERS:
        raise PullError(
            f"keys/{file.name} is voor anderen op deze machine leesbaar. Zet de rechten goed met "
            "chmod 600, en vervang het geheim als iemand het gezien kan hebben."
        )
    try:
        kept = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        kept = ""
    if not kept:
        raise PullError(
            f"keys/{file.name} is leeg, geen tekst of voor ons niet leesbaar. Zet er het geheim in."
        )
    return kept


def without_secrets(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an environment that another program may have."""
    return {name: given for name, given in variables.items() if not name.startswith(_VARIABLES)}


@contextmanager
def kept_from_children() -> Iterator[None]:
    """Start other programs in here: the environment that they inherit has no secret in it."""
    everything = dict(os.environ)
    secrets = everything.keys() - without_secrets(everything).keys()
    for name in secrets:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update({name: everything[name] for name in secrets})
