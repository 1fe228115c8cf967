"""Reads the rows of a file in any format; an unreadable line is yielded as a `LineError`."""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias, cast

from agentsflare_kimi.batch.line_errors import LineError
from agentsflare_kimi.batch.parquet import read_parquet
from agentsflare_kimi.errors import BatchError
from agentsflare_kimi.reading.lenient import LONE_SURROGATE

__all__ = ["FORMATS", "Reader", "find_format"]

Value: TypeAlias = "Mapping[str, object] | str | LineError"
Reader: TypeAlias = Callable[[Path], Iterator[tuple[int, Value]]]
_BOM: Final = b"\xef\xbb\xbf"
_LONGEST_FIELD: Final = min(sys.maxsize, 2**31 - 1)
_SAVE_AS_UTF_8: Final = "save the file as UTF-8"
# Far more than the JSON schema of any tool; each level takes several calls to walk through.
_DEEPEST: Final = 100
_TOO_DEEP: Final = f"nested too deeply (more than {_DEEPEST} levels)"
_LONGEST_SHOWN: Final = 40
# JSON can name half of a UTF-16 pair as an escape.
_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def find_format(path: Path, name: str | None = None) -> Reader:
    """Return the reader for *path*.

    Args:
        path: The file; its suffix tells the format.
        name: The format, if the suffix does not tell it.

    Raises:
        BatchError: The format is unknown.
    """
    ending = (name or path.suffix.removeprefix(".")).lower()
    reader = FORMATS.get(ending)
    if reader is None:
        raise BatchError(
            f"{path}: unknown format {ending!r}; name one with --input-format "
            f"({', '.join(FORMATS)})"
        )
    return reader


def _lines(path: Path) -> Iterator[tuple[int, str | LineError]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            # Files that were joined have such a mark in the middle, too.
            content = line.removeprefix(_BOM).rstrip(b"\r\n")
            if not content.strip():
                continue
            try:
                yield number, content.decode()
            except UnicodeDecodeError as error:
                yield number, LineError(f"not UTF-8 (byte {error.start}); {_SAVE_AS_UTF_8}")


def _read_text(path: Path) -> Iterator[tuple[int, Value]]:
    yield from _lines(path)


def _read_jsonl(path: Path) -> Iterator[tuple[int, Value]]:
    for number, line in _lines(path):
        yield number, line if isinstance(line, LineError) else _object(line)


def _object(line: str) -> Value:
    try:
        return _fields(line)
    except LineError as error:
        return error


def _fields(line: str) -> Mapping[str, object]:
    value = _parse(line)
    if not isinstance(value, dict):
        raise LineError(f"not a JSON object, but {_JSON_NAMES[type(value)]}")
    fields = cast("dict[str, object]", value)
    if _is_deep(fields):
        raise LineError(_TOO_DEEP)
    if _SURROGATE_ESCAPE.search(line) and _has_lone_surrogate(fields):
        raise LineError(r"half of a character (a lone surrogate, \ud800 to \udfff)")
    return fields


def _parse(line: str) -> object:
    try:
        return json.loads(line, parse_constant=_refuse_constant, parse_float=_float, parse_int=_int)
    except json.JSONDecodeError as error:
        where = f"{error.msg.removesuffix(' at')} (column {error.colno})"
        raise LineError(f"not JSON: {where}") from error
    except RecursionError as error:
        raise LineError(_TOO_DEEP) from error


_JSON_NAMES: Final[Mapping[type, str]] = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def _has_lone_surrogate(value: object) -> bool:
    return LONE_SURROGATE.search(json.dumps(value, ensure_ascii=False)) is not None


def _refuse_constant(name: str) -> object:
    raise LineError(f"not JSON: {name} is not one of its numbers")


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise LineError(f"the number {text[:_LONGEST_SHOWN]} is too large to be sent")
    return value


def _int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise LineError(f"a number of {len(text):,} digits is too large to be sent") from None


def _is_deep(value: object) -> bool:
    """Tell whether *value* is nested more deeply than code that walks through it can follow."""
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        level = [part for each in level for part in _parts(each)]
        if not level:
            return False
    return True


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def _read_csv(path: Path, delimiter: str = ",") -> Iterator[tuple[int, Value]]:
    csv.field_size_limit(_LONGEST_FIELD)
    if delimiter == "," and _is_parted_by_semicolons(path):
        delimiter = ";"
    # Bytes that are not UTF-8 become lone surrogates, and are reported with the line's number.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        header = _header(path, rows)
        while True:
            number = rows.line_num + 1
            try:
                fields = next(rows, None)
            except csv.Error as error:
                yield number, LineError(f"not CSV: {error}")
                continue
            if fields is None:
                return
            if fields:
                yield number, _record(header, fields)


def _is_parted_by_semicolons(path: Path) -> bool:
    """Tell whether a spreadsheet wrote the file where the comma is the decimal sign."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        first = next((line for line in file if line.strip()), "")
    return ";" in first and "," not in first


def _header(path: Path, rows: Iterator[list[str]]) -> list[str]:
    try:
        found = next((row for row in rows if any(map(str.strip, row))), list[str]())
        header = [name.strip() for name in found]
    except csv.Error as error:
        raise BatchError(f"{path}: line 1: not CSV: {error}") from error
    if any(map(LONE_SURROGATE.search, header)):
        raise BatchError(f"{path}: line 1: not UTF-8; {_SAVE_AS_UTF_8}")
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise BatchError(f"{path}: line 1: two columns are named {min(twice)!r}")
    return header


def _record(header: list[str], fields: list[str]) -> Value:
    if len(fields) != len(header):
        return LineError(f"{len(fields)} fields, and {len(header)} columns")
    if any(map(LONE_SURROGATE.search, fields)):
        return LineError(f"not UTF-8; {_SAVE_AS_UTF_8}")
    return dict(zip(header, fields, strict=True))


def _read_tsv(path: Path) -> Iterator[tuple[int, Value]]:
    yield from _read_csv(path, delimiter="\t")


FORMATS: Final[Mapping[str, Reader]] = {
    "jsonl": _read_jsonl,
    "ndjson": _read_jsonl,
    "csv": _read_csv,
    "tsv": _read_tsv,
    "txt": _read_text,
    "parquet": read_parquet,
}
