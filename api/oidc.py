"""Access tokens of an OpenID Connect issuer: checked by its public keys, mapped to rights by their scopes.

=================================  =====================================================================================
part of the token                  must be
=================================  =====================================================================================
``alg``                            in ``GYLDIG_OIDC_ALGORITHMS``: public-key algorithms only, never ``none`` or ``HS*``
``typ``                            ``at+jwt``, ``JWT`` or absent
signature                          by a key of the issuer (``api.issuer_keys``)
``iss``, ``aud``                   exactly ``GYLDIG_OIDC_ISSUER``; ``GYLDIG_OIDC_AUDIENCE`` or a list with it
``exp``                            later than now, ``nbf`` and ``iat`` if present not later; ± ``GYLDIG_OIDC_LEEWAY``
``cnf``                            absent: a token that is bound to a key (DPoP, mTLS) proves nothing without that proof
``scope``                          text or list; each scope of ``GYLDIG_OIDC_SCOPES`` gives its right
=================================  =====================================================================================

The caller's name is ``oidc:`` and ``client_id``, with the number of the organisation if the token has it (Maskinporten:
``consumer``; HelseID: ``orgnr_parent``). A token that was accepted is not checked again for five minutes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from joserfc.util import urlsafe_b64decode

from api.bearer_tokens import NotAuthorised, Token, rights_of, secret_hash
from api.issuer_keys import IssuerKeys, is_safe
from registry.entities.errors import UsageError
from registry.entities.messages import Message, message
from registry.writing.access_control import RIGHTS

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

    from api.settings import Settings

__all__ = ["ALGORITHMS", "Issuer", "issuer_of"]

#: the algorithms that may be allowed
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
_TYPES = (None, "jwt", "at+jwt", "application/at+jwt", "application/jwt")
_CHECKED = 300.0  #: seconds for which an accepted token is not checked again
_MOST = 1000  #: most accepted tokens that are kept
_LONGEST_NAME = 200
_PARENT = "helseid://claims/client/claims/orgnr_parent"


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a token must be; ``scopes``: the right of each scope."""

    issuer: str
    audience: str
    scopes: dict[str, str]
    algorithms: tuple[str, ...]
    leeway: int


def issuer_of(settings: Settings) -> Issuer | None:
    """The issuer of the settings, None if there is none; raises UsageError for settings that cannot be right."""
    if not settings.oidc_issuer:
        return None
    for name, url in (("GYLDIG_OIDC_ISSUER", settings.oidc_issuer), ("GYLDIG_OIDC_JWKS", settings.oidc_jwks)):
        if url and not is_safe(url):
            raise UsageError(message("error.oidc_url", name=name, value=url))
    if not settings.oidc_audience:
        raise UsageError(message("error.oidc_audience"))
    algorithms = tuple(settings.oidc_algorithms.split())
    if unknown := [name for name in algorithms if name not in ALGORITHMS] or ([] if algorithms else [""]):
        raise UsageError(message("error.oidc_algorithm", value=unknown[0], known=", ".join(ALGORITHMS)))
    rules = _Rules(
        settings.oidc_issuer, settings.oidc_audience, _scopes(settings.oidc_scopes), algorithms, settings.oidc_leeway
    )  # fmt: skip
    return Issuer(rules, IssuerKeys(settings.oidc_issuer, settings.oidc_jwks))


def _scopes(text: str) -> dict[str, str]:
    """Scopes and their rights, written ``SCOPE=RIGHT``.

    >>> _scopes("nhn:gyldig/read=read nhn:gyldig/load=load")
    {'nhn:gyldig/read': 'read', 'nhn:gyldig/load': 'load'}
    """
    found = {}
    for part in text.split():
        scope, _, right = part.rpartition("=")
        if not scope or right not in RIGHTS:
            raise UsageError(message("error.oidc_scopes", value=part, rights=", ".join(RIGHTS)))
        found[scope] = right
    return found


class Issuer:
    """Checks the tokens of one issuer."""

    def __init__(self, rules: _Rules, keys: IssuerKeys) -> None:
        self._rules, self._keys = rules, keys
        self._registry = JWSRegistry(algorithms=rules.algorithms, strict_check_header=False)
        self._accepted: dict[
            str, tuple[float, Token]
        ] = {}  #: hashes of tokens → until when they are accepted

    @property
    def may_write(self) -> bool:
        """Whether a scope gives a right to change something."""
        return bool(rights_of(self._rules.scopes.values()) & {"write", "load"})

    async def token(self, secret: str) -> Token:
        """The caller of an access token; raises NotAuthorised if it is not accepted, IssuerUnreachable without keys."""
        digest, now = secret_hash(secret), time.time()
        until, accepted = self._accepted.get(digest, (0.0, None))
        if accepted is not None and now < until:
            return accepted
        keys = await self._keys.with_key(_header(secret).get("kid"))
        claims = self._claims(secret, keys)
        found = Token(_name(claims), rights_of(self._rights(claims)))
        if len(self._accepted) >= _MOST:
            self._accepted.clear()
        self._accepted[digest] = min(now + _CHECKED, claims["exp"] + self._rules.leeway), found
        return found

    def close(self) -> None:
        """End the thread that fetches keys."""
        self._keys.close()

    def _claims(self, secret: str, keys: KeySet) -> dict[str, Any]:
        try:
            token = jwt.decode(secret, keys, registry=self._registry)
            self._check(token.header, token.claims)
        except ExpiredTokenError:
            raise _refused(message("error.jwt_expired")) from None
        except ClaimError as error:
            raise _refused(message("error.jwt_claim", claim=error.claim)) from None
        except BadSignatureError:
            raise _refused(message("error.jwt_signature", issuer=self._rules.issuer)) from None
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise _refused(message("error.wrong_token")) from None
        return token.claims

    def _check(self, header: dict[str, Any], claims: dict[str, Any]) -> None:
        """Raise an error if a header or claim is not what it must be."""
        kind = header.get("typ")
        if (kind.lower() if isinstance(kind, str) else kind) not in _TYPES:
            raise ClaimError("typ")
        if "cnf" in claims:
            raise _refused(message("error.jwt_bound"))
        JWTClaimsRegistry(
            leeway=self._rules.leeway,
            iss={"essential": True, "value": self._rules.issuer},
            aud={"essential": True, "value": self._rules.audience},
            exp={"essential": True},
        ).validate(claims)

    def _rights(self, claims: dict[str, Any]) -> set[str]:
        stated = claims.get("scope", ())
        scopes = stated.split() if isinstance(stated, str) else stated if isinstance(stated, list) else ()
        return {self._rules.scopes[s] for s in scopes if isinstance(s, str) and s in self._rules.scopes}


def _refused(text: Message) -> NotAuthorised:
    return NotAuthorised(text, actor="unknown token")


def _header(secret: str) -> dict[str, Any]:
    """The header of a token, not checked; raises NotAuthorised if there is none."""
    try:
        found = orjson.loads(urlsafe_b64decode(secret.partition(".")[0].encode()))
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("kid", ""), str):
        raise _refused(message("error.wrong_token"))
    return found


def _name(claims: dict[str, Any]) -> str:
    """The name of a caller, for logs.

    >>> _name({"client_id": "abc", "consumer": {"authority": "iso6523-actorid-upis", "ID": "0192:991825827"}})
    'oidc:abc (991825827)'
    """
    client = next((str(claims[n]) for n in ("client_id", "azp", "sub") if claims.get(n)), "?")
    consumer = claims.get("consumer")
    number = consumer.get("ID", "") if isinstance(consumer, dict) else claims.get(_PARENT, "")
    organisation = str(number).rpartition(":")[2] if number else ""
    name = f"oidc:{client} ({organisation})" if organisation else f"oidc:{client}"
    return "".join(c if c.isprintable() else "?" for c in name)[:_LONGEST_NAME]
