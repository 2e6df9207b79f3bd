"""Batch Bundles: each entry is a request; all entries together have one budget and a limit of bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.outcome import Refused, outcome, refuse
from api.fhir.operations.answer_language import answer_language
from api.fhir.service import Reply, Request
from registry.entities.budget import Budget
from registry.entities.exact_json import dumps
from registry.entities.messages import message

__all__ = ["Written", "batch_reply", "is_batch"]

Json = dict[str, Any]
_LEADING = ("r4", "r5")


@dataclass(frozen=True, slots=True)
class Written:
    """An answer in JSON; ``body`` may be empty."""

    status: int
    body: bytes


Answer = Callable[[Request], Awaitable[Written]]


@dataclass(slots=True)
class _Limits:
    """The limits of one batch: bytes of answers, and the budget that its entries share."""

    settings: FhirSettings
    budget: Budget
    size: int = 0

    def spent(self) -> str:
        """The limit that is exceeded, as text; empty if none is."""
        if self.size > self.settings.batch_bytes:
            return message("request.spent_bytes", most=self.settings.batch_bytes)
        if self.budget.seconds_left < 0:
            return message("request.spent_seconds", most=self.settings.batch_seconds)
        if self.budget.steps_left < 0:
            return message("request.spent_steps", most=self.settings.request_steps)
        return ""


def is_batch(path: tuple[str, ...]) -> bool:
    """Whether a path is a base (of a release or a date)."""
    while path and (path[0] in _LEADING or (path[0] == "as-of" and len(path) > 1)):
        path = path[1 if path[0] in _LEADING else 2 :]
    return not path


async def batch_reply(request: Request, answer: Answer, settings: FhirSettings, budget: Budget) -> Reply:
    """The Bundle of answers; raises Refused for a body that is not a batch. Other requests are served between entries."""
    entries = _entries(request, settings.batch_entries)
    limits, told = _Limits(settings, budget), []
    for number, entry in enumerate(entries):
        written = await _entry(entry, request, number, answer, limits)
        limits.size += len(written.body)
        told.append(_told(written))
        await asyncio.sleep(0)
    return Reply(200, {"resourceType": "Bundle", "type": "batch-response", "entry": told})


def _entries(request: Request, most: int) -> list[Any]:
    bundle = request.body
    if request.method != "POST" or not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise refuse("REQUEST_INVALID", message("request.batch_expected"), place="Bundle")
    entries = bundle.get("entry", [])
    if bundle.get("type") != "batch" or not isinstance(entries, list):
        raise refuse("REQUEST_INVALID", message("request.batch_expected"), place="Bundle.type")
    if len(entries) > most:
        raise refuse("TOO_MUCH", message("request.most_entries", most=most), place="Bundle.entry")
    return entries


async def _entry(entry: Any, request: Request, number: int, answer: Answer, limits: _Limits) -> Written:
    place = f"Bundle.entry[{number}].request"
    try:
        if spent := limits.spent():
            raise refuse("TOO_MUCH", message("request.batch_spent", spent=spent), place=place)
        return await answer(_one(entry, request, place))
    except Refused as refused:
        return Written(refused.status, dumps(outcome([refused.issue], answer_language("", request.headers))))


def _one(entry: Any, request: Request, place: str) -> Request:
    """The request of an entry; raises Refused if it has none."""
    wanted = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(wanted, dict):
        raise refuse("REQUEST_REQUIRED", "request", place=place)
    if not isinstance(wanted.get("url"), str) or not wanted["url"]:
        raise refuse("REQUEST_REQUIRED", "request.url", place=f"{place}.url")
    try:
        url = urlsplit(wanted["url"])
    except ValueError:
        raise refuse("REQUEST_INVALID", message("request.url_unreadable"), place=f"{place}.url") from None
    pieces = tuple(p for p in url.path.split("/") if p)
    if is_batch(pieces):
        raise refuse("REQUEST_INVALID", message("request.nested_batch"), place=f"{place}.url")
    prefix = [p for p in request.path if p in _LEADING or p == "as-of" or p[:1].isdigit()]
    return Request(
        method=str(wanted.get("method", "GET")),
        path=(*prefix, *pieces),
        query=parse_qsl(url.query, keep_blank_values=True),
        body=entry.get("resource"),
        headers=request.headers,
        base=request.base,
        trusted=request.trusted,
        sender=request.sender,
        permit=request.permit,
        refused=request.refused,
    )


def _told(written: Written) -> Json:
    told: Json = {"response": {"status": str(written.status)}}
    if written.body:
        told["resource"] = orjson.Fragment(written.body)
    return told
