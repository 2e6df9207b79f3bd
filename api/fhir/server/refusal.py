"""The answer to a request whose token is not valid, before the FHIR application reads it."""

from __future__ import annotations

from starlette.types import Scope, Send

from api.fhir.format.response_format import wants_xml
from api.fhir.operations.answer_language import answer_language, display_language
from api.fhir.server.request_parts import query_of
from api.fhir.server.response_body import encoded
from api.fhir.server.response_packing import packed
from api.fhir.service import refused_reply
from registry.entities.errors import GyldigError

__all__ = ["refuse"]


async def refuse(scope: Scope, send: Send, error: GyldigError) -> None:
    """Answer with the OperationOutcome of the error."""
    query = query_of(scope)
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    reply = refused_reply(error, answer_language(display_language(query, None), headers))
    format_ = next((value for name, value in query if name == "_format"), "")
    sent = packed(scope, encoded(reply, xml=wants_xml(format_, headers.get("accept", ""))))
    await send({"type": "http.response.start", "status": sent.status, "headers": sent.headers})
    await send({"type": "http.response.body", "body": sent.body})
