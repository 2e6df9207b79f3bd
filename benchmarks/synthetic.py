"""Synthetic code systems of real sizes: nothing licensed, the same on every run.

``icd10cm(n)``: a year of ICD-10-CM's shape. ``Snomed``: a system of SNOMED CT's size with half-yearly releases.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from itertools import accumulate

from msgspec.structs import replace

from loaders.contract import ParsedRelease
from registry.entities.records import ConceptRecord, Designation, Property, ReleaseHeader, SystemRecord

__all__ = ["Snomed", "Words", "icd10cm", "yearly"]

_SYLLABLES = [a + b for a in "bdfghjklmnprstv" for b in ("a", "e", "i", "o", "u", "å", "en", "or", "ist")]


class Words:
    """A vocabulary with few common and many rare words, as in real labels."""

    def __init__(self, size: int, seed: int) -> None:
        self._random = random.Random(seed)
        draw = self._random.choice
        distinct = dict.fromkeys(
            "".join(draw(_SYLLABLES) for _ in range(draw((1, 2, 3, 3, 4)))) for _ in range(size)
        )
        self._words = list(distinct)
        self._weights = list(accumulate(1 / (rank + 8) for rank in range(len(self._words))))

    def phrases(self, count: int, shortest: int, longest: int) -> list[str]:
        """Synthetic labels of the given numbers of words."""
        lengths = [self._random.randint(shortest, longest) for _ in range(count)]
        drawn = iter(self._random.choices(self._words, cum_weights=self._weights, k=sum(lengths)))
        return [" ".join([next(drawn) for _ in range(length)]) for length in lengths]


def icd10cm(year: int, size: int = 95_000) -> ParsedRelease:
    """A year of a system of ICD-10-CM's shape; 1.5 % of the codes change their text from year to year."""
    words = Words(6000, 1)
    short, full = words.phrases(size, 3, 7), words.phrases(size, 5, 14)
    codes = list(_codes(size))
    known = set(codes)
    changed = {
        n for y in range(2018, year + 1) for n in random.Random(y).sample(range(size), size * 3 // 200)
    }
    records = [
        ConceptRecord(
            code=code,
            designations=(
                Designation("label.full", full[n] + (f" {year}" if n in changed else ""), "en"),
                Designation("label.short", short[n], "en"),
            ),
            parents=tuple(p for p in (_shorter(code),) if p in known),
            properties=(Property("billable", len(code) > 5, "boolean"),),
        )
        for n, code in enumerate(codes)
    ]
    facets = ("label.full", "label.short", "hierarchy", "property:billable")
    return ParsedRelease(
        header=_header("icd-10-cm", str(year), date(year - 1, 10, 1), facets), concepts=records
    )


def yearly(system: str, first: int, count: int, size: int) -> Iterator[ParsedRelease]:
    """Yearly versions of ICD-10-CM's shape: each January 2 % of the codes get another text."""
    records, words, draw = list(icd10cm(2018, size).concepts), Words(6000, 2), random.Random(4)
    for year in range(first, first + count):
        if year > first:
            chosen = draw.sample(range(len(records)), len(records) // 50)
            for n, text in zip(chosen, words.phrases(len(chosen), 5, 14), strict=True):
                full, *others = records[n].designations
                records[n] = replace(records[n], designations=(replace(full, text=text), *others))
        facets = ("label.full", "label.short", "hierarchy", "property:billable")
        header = _header(system, str(year), date(year, 1, 1), facets)
        yield ParsedRelease(header=header, concepts=list(records))


def _codes(size: int) -> Iterator[str]:
    """A00, A00.0, A00.00 …, ``size`` codes."""
    made = 0
    for head in (f"{letter}{n:02d}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for n in range(100)):
        for tail in ("", *(f".{a}" for a in range(4)), *(f".{a}{b}" for a in range(4) for b in range(9))):
            if made == size:
                return
            made += 1
            yield head + tail


def _shorter(code: str) -> str:
    return code[:-1].rstrip(".") if len(code) > 3 else ""


def _header(system: str, version: str, start: date, facets: tuple[str, ...]) -> ReleaseHeader:
    return ReleaseHeader(
        system=system, version=version, source_line="synthetic", facets=facets, valid_from=start, language="en",
        published=start.isoformat(), format="synthetic",
    )  # fmt: skip


class Snomed:
    """360,000 concepts, 490,000 parent links, 1.6 million texts in three languages; half-yearly, 2 % churn."""

    slug = "synthetic-ct"
    _kinds = (("fsn", "en"), ("preferred", "en"), ("preferred", "nb"), ("preferred", "nn"))

    def __init__(self, size: int = 360_000) -> None:
        self._random, self._words = random.Random(7), Words(60_000, 7)
        self._serial = 0
        self.keys = [self._key() for _ in range(size)]
        self.records = self._concepts(size)

    def releases(self, count: int) -> Iterator[ParsedRelease]:
        """The half-yearly releases, each with every concept; the same list is changed in place between them."""
        for number in range(count):
            if number:
                self._churn()
            start = date(2015 + number // 2, 1 if number % 2 == 0 else 7, 31)
            facets = ("fsn", "preferred", "synonym", "hierarchy", "inactive")
            header = _header(self.slug, f"{start:%Y%m%d}", start, facets)
            system = SystemRecord(slug=self.slug, url="urn:synthetic:ct", access="open", redistribution="yes")
            yield ParsedRelease(header=header, concepts=list(self.records), system=system)

    def _key(self) -> str:
        self._serial += self._random.randint(3, 4000)
        return f"{self._serial}{self._random.randint(100, 999)}"

    def _concepts(self, size: int) -> list[ConceptRecord]:
        texts = self._words.phrases(size * 4, 2, 8)
        more = self._words.phrases(int(size * 0.45), 2, 6)
        records = []
        for n, key in enumerate(self.keys):
            named = [Designation(kind, texts[4 * n + k], lang) for k, (kind, lang) in enumerate(self._kinds)]
            if n < len(more):
                named.append(Designation("synonym", more[n], "en"))
            records.append(ConceptRecord(code=key, designations=tuple(named), parents=self._parents(n)))
        return records

    def _parents(self, n: int) -> tuple[str, ...]:
        """One parent, for 36 % a second one; about ten levels deep."""
        if n == 0:
            return ()
        first, last = n // 8, max(n // 8 + 1, n // 4)
        found = {self.keys[self._random.randrange(first, min(last, n))]}
        if self._random.random() < 0.37:
            found.add(self.keys[self._random.randrange(first, min(last, n))])
        return tuple(sorted(found))

    def _churn(self) -> None:
        """2 %: most get another text, some another parent, some are inactivated, as many are new."""
        size = len(self.records)
        chosen = self._random.sample(range(1, size), size // 50)
        texts = self._words.phrases(len(chosen), 2, 8)
        for place, (n, text) in enumerate(zip(chosen, texts, strict=True)):
            self.records[n] = self._changed(n, text, place % 10)
        for text in texts[::5]:
            key = self._key()
            self.keys.append(key)
            named = tuple(Designation(kind, text, language) for kind, language in self._kinds)
            parent = self.keys[self._random.randrange(size)]
            self.records.append(ConceptRecord(code=key, designations=named, parents=(parent,)))

    def _changed(self, n: int, text: str, how: int) -> ConceptRecord:
        old = self.records[n]
        if how < 2:
            return replace(old, inactive=not old.inactive)
        if how < 4 and n < len(self.keys) // 2:
            return replace(old, parents=self._parents(n))
        first, *rest = old.designations
        return replace(old, designations=(first, Designation("preferred", text, "en"), *rest[1:]))
