"""What a client has to know before anybody signs in."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from adapters_http.offers import FILE_BYTES
from adapters_http.problems import declared
from adapters_http.routes.parameters import Asked
from adapters_http.wire import Config, Limits, ProviderShown, SignInWays
from adapters_http.wire_people import AgreementShown
from recital_core.sessions import MAX_SEGMENT_BYTES


@get("/config", operation_id="getConfig", sync_to_thread=False, responses=declared())
def get_config(recital: Asked) -> Config:
    """Public settings."""
    settings = recital.settings
    return Config(
        sign_in=SignInWays(
            providers=[ProviderShown(id=one.id, name=one.name) for one in settings.sign_in_providers],
            mail=settings.mail is not None,
        ),
        languages=settings.languages,
        segment_ms=settings.segment_ms,
        limits=Limits(segment_bytes=MAX_SEGMENT_BYTES, text_bytes=FILE_BYTES, open_sessions=settings.open_sessions),
        agreement_version=recital.membership.agreement.version,
        long_sentence_words=settings.long_sentence_words,
        contact=settings.contact_of_people,
        version=version("recital"),
    )


@get("/agreement", operation_id="getAgreement", sync_to_thread=False, responses=declared())
def get_agreement(
    recital: Asked, language: Annotated[str, QueryParameter(max_length=40, description="a BCP 47 tag")] = "en"
) -> AgreementShown:
    """What speakers agree to, in the wanted language or the nearest that there is."""
    agreement = recital.membership.agreement
    nearest = agreement.nearest(language)
    return AgreementShown(
        version=agreement.version,
        language=nearest,
        languages=sorted(agreement.texts),
        text=agreement.texts[nearest],
    )


ROUTES = (get_config, get_agreement)
