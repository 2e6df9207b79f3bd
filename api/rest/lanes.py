"""Where the function of a route runs: on the event loop if its answer is short, else in a thread (``api.workers``).

==========  ==========================================================================================
decorator   routes
==========  ==========================================================================================
``plain``   single codes, versions and systems: the event loop, or a thread if a cache has to be filled
``short``   lists and searches
``large``   long lists and whole versions
``write``   changes
==========  ==========================================================================================

A route's function is an ordinary function with a parameter ``request``; every route has one of the decorators.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec

from fastapi import Request
from starlette.responses import Response

from api.workers import Workers, one_state

__all__ = ["large", "plain", "short", "workers_of", "write"]

P = ParamSpec("P")
Work = Callable[[], Response]
Function = Callable[P, Response]
Route = Callable[P, Awaitable[Response]]


def workers_of(request: Request) -> Workers:
    """The threads of the running app."""
    workers: Workers = request.app.state.workers
    return workers


def _in(lane: Callable[[Workers, Work], Awaitable[Response]], function: Function[P]) -> Route[P]:
    @wraps(function)
    async def route(*args: P.args, **options: P.kwargs) -> Response:
        request = options["request"]
        assert isinstance(request, Request)
        return await lane(workers_of(request), partial(function, *args, **options))

    return route


def plain(function: Function[P]) -> Route[P]:
    """Run on the event loop, or in a thread if the work turns out to be long."""
    return _in(lambda workers, work: workers.plain(work), function)


def short(function: Function[P]) -> Route[P]:
    """Run in the thread for lists and searches."""
    return _in(lambda workers, work: workers.short.run(one_state(work)), function)


def large(function: Function[P]) -> Route[P]:
    """Run in the thread for large answers."""
    return _in(lambda workers, work: workers.large.run(one_state(work)), function)


def write(function: Function[P]) -> Route[P]:
    """Run in the thread of writers."""
    return _in(lambda workers, work: workers.write.run(work), function)
