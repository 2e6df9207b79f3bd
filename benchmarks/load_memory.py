"""Peak memory and time of loads, one new process each: ``python -m benchmarks.load_memory [CASE…]``.

Files are made up in a temporary folder, except the ICD-10-CM years, which come from the samples if they are there.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["CASES"]

_ROOT = Path(__file__).resolve().parent.parent
_MEASURE = "import sys; from benchmarks.load_memory import measured; measured(sys.argv[1:])"


def _icd10cm(years: int) -> Callable[[Path], list[Path]]:
    def made(folder: Path) -> list[Path]:
        samples = Path(os.environ.get("GYLDIG_SAMPLES", _ROOT.parent / "shared" / "data"))
        return sorted((samples / "icd10cm").glob("icd10cm_20*.zip"))[:years]

    return made


def _concepts(count: int) -> Iterator[dict[str, object]]:
    for n in range(count):
        parent = [{"code": "parent", "valueCode": f"C{n // 10}"}] if n else []
        extra = [{"language": "nb", "value": f"Oppdiktet begrep nummer {n} på norsk"}]
        flag = [{"code": "abstract", "valueBoolean": n % 7 == 0}]
        yield {
            "code": f"C{n}",
            "display": f"Made-up concept number {n}",
            "designation": extra,
            "property": parent + flag,
        }


def _shell(url: str) -> dict[str, object]:
    return {
        "resourceType": "CodeSystem",
        "url": url,
        "version": "1",
        "status": "active",
        "content": "complete",
    }


def _fhir(folder: Path, count: int = 400_000) -> list[Path]:
    path = folder / "CodeSystem-large.json"
    with path.open("w", encoding="utf-8") as out:
        out.write(json.dumps(_shell("http://example.org/large"))[:-1] + ', "concept": [')
        for n, concept in enumerate(_concepts(count)):
            out.write(("," if n else "") + json.dumps(concept, ensure_ascii=False))
        out.write("]}")
    return [path]


def _package(folder: Path, count: int = 900) -> list[Path]:
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for n in range(count):
            url = f"http://example.org/cs{n}"
            body: dict[str, object] = _shell(url) | {"concept": list(_concepts(20 if n % 10 else 800))}
            if n % 3 == 1:
                body = {"resourceType": "ValueSet", "url": f"http://example.org/vs{n}", "status": "active"}
                body["compose"] = {
                    "include": [{"system": url, "concept": [{"code": f"C{i}"} for i in range(300)]}]
                }
            _add(tar, f"package/{body['resourceType']}-{n}.json", json.dumps(body).encode())
        _add(tar, "package/package.json", b'{"name":"made.up","version":"1.0.0","fhirVersions":["4.0.1"]}')
    return [path]


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _rows(count: int) -> Iterator[tuple[str, str]]:
    return ((f"{n:06d}", f"Made-up text number {n}") for n in range(count))


def _csv(folder: Path, count: int = 500_000) -> list[Path]:
    path = folder / "list2020.csv"
    path.write_text("kode;tekst\n" + "".join(f"{c};{t}\n" for c, t in _rows(count)), encoding="utf-8")
    return [path]


def _xlsx(folder: Path, count: int = 500_000) -> list[Path]:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [("kode", "tekst"), *_rows(count)]:
        sheet.append(row)
    book.save(folder / "list2020.xlsx")
    return [folder / "list2020.xlsx"]


def _tabular(folder: Path, chapters: int = 20) -> list[Path]:
    path = folder / "icd10cm-tabular-April-2025.xml"
    with path.open("w", encoding="utf-8") as out:
        out.write("<ICD10CM.tabular>")
        for c in range(chapters):
            letter = chr(65 + c)
            out.write(f"<chapter><name>{c + 1}</name><desc>Made-up chapter</desc><section id='{letter}00-{letter}99'>"
                      "<desc>Made-up section</desc>")  # fmt: skip
            for n in range(100):
                out.write(f"<diag><name>{letter}{n:02d}</name><desc>Category</desc>")
                for k in range(40):
                    out.write(f"<diag><name>{letter}{n:02d}.{k:02d}</name><desc>Made-up condition {n} {k}</desc>"
                              "<excludes1><note>Another made-up condition</note></excludes1></diag>")  # fmt: skip
                out.write("</diag>")
            out.write("</section></chapter>")
        out.write("</ICD10CM.tabular>")
    return [path]


def _norwegian(folder: Path, count: int = 100_000) -> list[Path]:
    path = folder / "ICD10-2030.json"
    rows = [{"code": f"A{n:05d}", "text": f"Oppdiktet tilstand nummer {n}"} for n in range(count)]
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return [path]


def _fat(folder: Path, count: int = 20_000) -> list[Path]:
    def row(n: int) -> dict[str, object]:
        return {
            "Kode": f"A{n:05d}", "Tekst_uten_lengdebegrensning": f"Oppdiktet tilstand nummer {n}",
            "Tekst_med_maksimalt_60_tegn": f"Tilstand {n}", "Gyldig_fra": f"{2000 + n % 10}-01-01T00:00:00",
            "Gyldig_til": None, "Foreldrekode": None, "Rapporteres_til_NPR": "Ja", "Stjernekode": None,
        }  # fmt: skip

    path = folder / "ICD10.json"
    path.write_text(json.dumps([row(n) for n in range(count)], indent=1), encoding="utf-8")
    return [path]


#: name → what makes the files, options
CASES: dict[str, tuple[Callable[[Path], list[Path]], dict[str, str]]] = {
    "icd-10-cm, 1 year": (_icd10cm(1), {}),
    "icd-10-cm, 4 years": (_icd10cm(4), {}),
    "FHIR CodeSystem, 400,000 concepts": (_fhir, {}),
    "FHIR package, 900 resources": (_package, {}),
    "CSV, 500,000 rows": (_csv, {"system": "made-up"}),
    "xlsx, 500,000 rows": (_xlsx, {"system": "made-up"}),
    "tabular XML, 82,000 codes": (_tabular, {}),
    "Norwegian JSON, 100,000 codes": (_norwegian, {}),
    "FAT, 20,000 codes, 10 dates": (_fat, {"published": "2021-01-01"}),
}


def measured(paths: list[str]) -> None:
    """Load the files in this process; prints seconds, those of the processor and the peak of memory in MB, as JSON."""
    from loaders.contract import LoadOptions
    from loaders.run import load_paths
    from registry import Registry

    options = LoadOptions(**json.loads(os.environ["OPTIONS"]))
    with tempfile.TemporaryDirectory() as folder, Registry.open(f"{folder}/r.sqlite") as registry:
        started, busy = time.perf_counter(), time.process_time()
        load_paths(registry, [Path(p) for p in paths], options)
        print(json.dumps([time.perf_counter() - started, time.process_time() - busy, _peak()]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _case(name: str) -> str:
    make, options = CASES[name]
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(p) for p in make(Path(folder))]
        if not paths:
            return f"| {name} | no sample | | |"
        env = os.environ | {"OPTIONS": json.dumps(options)}
        ran = subprocess.run(
            [sys.executable, "-c", _MEASURE, *paths], env=env, capture_output=True, text=True
        )
        if ran.returncode:
            return f"| {name} | {ran.stderr.strip().splitlines()[-1]} | | |"
        seconds, busy, peak = json.loads(ran.stdout.splitlines()[-1])
        return f"| {name} | {peak:,.0f} | {seconds:.2f} | {busy:.2f} |"


if __name__ == "__main__":
    print("| load | peak MB | seconds | of the processor |\n|---|---:|---:|---:|")
    for chosen in sys.argv[1:] or CASES:
        print(_case(chosen), flush=True)
