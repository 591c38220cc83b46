"""What can only go wrong over HTTP, in the same families as everything else."""

from __future__ import annotations

from recital_core import errors


class Malformed(errors.Invalid):
    title = "The request is not well-formed"


class MethodNotAllowed(errors.Invalid):
    title = "This address does not take this method"


class DigestRequired(errors.Invalid):
    title = "A Content-Digest with sha-256 is required"


class RangeNotSatisfiable(errors.Invalid):
    title = "The file has nothing in this range"


class HostNotKnown(errors.Invalid):
    title = "This server does not answer under this name"


class CrossSite(errors.NotAllowed):
    title = "This request came from another site"


class SignInRefused(errors.NotAllowed):
    title = "This sign-in did not come to its end"


class ProviderUnavailable(errors.Unavailable):
    title = "The sign-in provider does not answer as it should"


class StorageBusy(errors.Unavailable):
    title = "Staging or archive has too much in hand"


class ClientNotBuilt(errors.Unavailable):
    title = "The web client is not built"


class Accident(errors.RecitalError):
    title = "Something went wrong on the server"
