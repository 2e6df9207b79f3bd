"""Downloading one file over https, bounded in size and time. http is for loopback alone."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import httpx

from registry.entities.errors import SourceError, UsageError
from registry.entities.messages import message

__all__ = ["MAX_BYTES", "download"]

MAX_BYTES = 512 << 20
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_REDIRECTS = 5


def download(url: str, target: Path, *, max_bytes: int = MAX_BYTES, timeout: float = 300) -> None:
    """Download the address into ``target``; ``timeout`` in seconds for the whole download.

    Raises UsageError for an address that is neither https nor loopback, SourceError if it fails.
    """
    end = monotonic() + timeout
    for _ in range(_REDIRECTS + 1):
        following = _attempt(_allowed(url), target, max_bytes, end)
        if not following:
            return
        url = str(httpx.URL(url).join(following))
    raise SourceError(message("source.redirects", most=_REDIRECTS), file=url)


def _allowed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UsageError(message("source.no_address", url=url, detail=str(error))) from error
    if parsed.scheme != "https" and not (parsed.scheme == "http" and parsed.host in _LOOPBACK):
        raise UsageError(message("source.only_https", url=url))
    return parsed


def _attempt(url: httpx.URL, target: Path, max_bytes: int, end: float) -> str:
    """Download, or the address that it redirects to."""
    step = httpx.Timeout(min(30.0, max(end - monotonic(), 0.1)))
    try:
        with (
            httpx.Client(timeout=step, trust_env=url.host not in _LOOPBACK) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.is_redirect:
                return str(answer.headers.get("location", ""))
            if answer.status_code != 200:
                status = message("source.answered", status=answer.status_code, detail=answer.reason_phrase)
                raise SourceError(status, file=str(url))
            _write(answer, target, str(url), max_bytes, end)
    except httpx.HTTPError as error:
        why = message("source.not_fetched", detail=str(error) or type(error).__name__)
        raise SourceError(why, file=str(url)) from error
    return ""


def _write(answer: httpx.Response, target: Path, url: str, max_bytes: int, end: float) -> None:
    size = 0
    with target.open("wb") as stream:
        for chunk in answer.iter_bytes(1 << 16):
            size += len(chunk)
            if size > max_bytes:
                raise SourceError(message("read.too_large", most=max_bytes), file=url)
            if monotonic() > end:
                raise SourceError(message("source.too_slow"), file=url)
            stream.write(chunk)
    if not size:
        raise SourceError(message("source.no_content"), file=url)
