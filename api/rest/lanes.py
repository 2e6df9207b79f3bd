"""Where the function of a route runs: on the event loop if its answer is short, else in a thread (``api.workers``).

==========  ==========================================================================================
decorator   routes
==========  ==========================================================================================
``plain``   single codes, versions and systems: the event loop, or a thread if a cache has to be filled
``short``   lists and searches
``large``   long lists and whole versions
``write``   changes
==========  ==========================================================================================

A route's function is an ordinary function with a parameter ``request``; every route has one of the decorators. What
it reads has a budget of steps and seconds from the settings and ends when the caller disconnects. A change that has not
begun when the caller disconnects is not made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec

from fastapi import Request
from starlette.responses import Response

from api.rest.answers import settings_of
from api.workers import Gone, Workers, disconnected, one_state
from registry.entities.budget import Budget

__all__ = ["budget_of", "large", "plain", "short", "workers_of", "write"]

P = ParamSpec("P")
Work = Callable[[], Response]
Function = Callable[P, Response]
Route = Callable[P, Awaitable[Response]]
Lane = Callable[[Workers, Work, Budget, Gone], Awaitable[Response]]


def workers_of(request: Request) -> Workers:
    """The threads of the running app."""
    workers: Workers = request.app.state.workers
    return workers


def budget_of(request: Request) -> Budget:
    """A budget for the work of the request, which begins now."""
    settings = settings_of(request)
    return Budget(steps=settings.request_steps, seconds=settings.request_seconds)


def _in(lane: Lane, function: Function[P]) -> Route[P]:
    @wraps(function)
    async def route(*args: P.args, **options: P.kwargs) -> Response:
        request = options["request"]
        assert isinstance(request, Request)
        work, gone = partial(function, *args, **options), partial(disconnected, request.receive)
        return await lane(workers_of(request), work, budget_of(request), gone)

    return route


def plain(function: Function[P]) -> Route[P]:
    """Run on the event loop, or in a thread if the work turns out to be long."""
    return _in(lambda workers, work, budget, gone: workers.plain(work, budget=budget, gone=gone), function)


def short(function: Function[P]) -> Route[P]:
    """Run in the thread for lists and searches."""

    def run(workers: Workers, work: Work, budget: Budget, gone: Gone) -> Awaitable[Response]:
        return workers.short.run(one_state(work), budget=budget, gone=gone)

    return _in(run, function)


def large(function: Function[P]) -> Route[P]:
    """Run in the thread for large answers."""

    def run(workers: Workers, work: Work, budget: Budget, gone: Gone) -> Awaitable[Response]:
        return workers.large.run(one_state(work), budget=budget, gone=gone)

    return _in(run, function)


def write(function: Function[P]) -> Route[P]:
    """Run in the thread of writers."""
    return _in(lambda workers, work, budget, gone: workers.write.run(work, gone=gone), function)
