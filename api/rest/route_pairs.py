"""REST: the two routes of one question about a system or a code.

===============  =======================================  ====================================================
form             system and code                          a system that is not known
===============  =======================================  ====================================================
``in_path``      in the path: slug or OID                 404
``as_parameter`` parameters: any name, and codes that     a reason in the answer
                 contain ``/`` or end like a route
===============  =======================================  ====================================================

The question is one function with all parameters. Each form is that function with other types for ``system`` and
``code``, so that FastAPI reads, checks and documents what the route takes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from fastapi import Request
from starlette.responses import Response

from api.rest.answers import CodePath, CodeQuery, SystemPath, SystemQuery, open_system, system_parameter

__all__ = ["Access", "Function", "as_parameter", "in_path"]

Function = Callable[..., Response]
#: request, system as the caller names it, known_at → the name for the question; raises if the caller may not ask
Access = Callable[[Request, str, str | None], str]


def _open_slug(request: Request, system: str, known_at: str | None) -> str:
    return open_system(request, system, known_at).slug


def in_path(function: Function, *, access: Access = _open_slug, **fixed: Any) -> Function:
    """The question with system and code in the path; ``fixed`` values are no parameters of the route."""
    return _form(function, access, {"system": SystemPath, "code": CodePath}, fixed)


def as_parameter(function: Function, *, access: Access = system_parameter) -> Function:
    """The question with system and code as parameters."""
    return _form(function, access, {"system": SystemQuery, "code": CodeQuery}, {})


def _form(function: Function, access: Access, types: Mapping[str, Any], fixed: Mapping[str, Any]) -> Function:
    signature = inspect.signature(function, eval_str=True)

    @wraps(function)
    def route(**options: Any) -> Response:
        options["system"] = access(options["request"], options["system"], options["known_at"])
        return function(**options, **fixed)

    shown = [p for p in signature.parameters.values() if p.name not in fixed]
    typed = [p.replace(annotation=types.get(p.name, p.annotation)) for p in shown]
    vars(route)["__signature__"] = signature.replace(parameters=typed)
    return route
