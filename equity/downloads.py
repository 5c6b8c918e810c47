"""Fetch raw tables of providers; the only part of the library that may use the network."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from equity.datasets import folder
from equity.errors import InputError, Problem, unknown

__all__ = ["HASHES", "fetch", "known_downloads"]

HASHES = "sha256.json"
PIECE = 1 << 20
TIMEOUT = 60
SHA256 = re.compile(r"[0-9a-f]{64}")
AGENT = {"User-Agent": "standards-equity"}


@cache
def known_downloads() -> dict[str, dict[str, str]]:
    """List the downloads that have a name.

    Returns
    -------
    dict of str to dict
        Name to title, address, licence and source (what `read_trade` calls it, or empty).
    """
    with (folder() / "downloads.toml").open("rb") as file:
        found: dict[str, dict[str, str]] = tomllib.load(file)
    return found


def fetch(
    name: str,
    out: str | Path,
    *,
    sha256: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Download a file, check its hash and keep it.

    Parameters
    ----------
    name : str
        A name of `known_downloads`, or an address.
    out : str or Path
        Folder, made where it is not there. ``sha256.json`` in it holds the hash of every file
        fetched; a file fetched again must have the same.
    sha256 : str, optional
        What the hash must be, in hexadecimal.
    progress : callable, optional
        Called with bytes so far and in all (0 where the provider does not say).

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        Unknown name, no answer, a file that ends early, or another hash; nothing is kept then.
    """
    address = name if "://" in name else _address(name)
    file = _file_name(address)
    target = Path(out) / file
    if sha256 and not SHA256.fullmatch(sha256.lower()):
        fix = "give its 64 hexadecimal digits."
        raise InputError(Problem("sha256", f"{sha256!r} is no SHA-256.", fix))
    target.parent.mkdir(parents=True, exist_ok=True)
    held = _held(target.parent)
    wanted = sha256.lower() or held.get(file, "")
    part = target.with_name(f"{file}.part")
    try:
        found = _download(address, part, progress or (lambda done, size: None))
        if wanted and found != wanted:
            raise InputError(_changed(file, wanted, found, given=bool(sha256)))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    listed = json.dumps({**held, file: found}, indent=2, sort_keys=True)
    (target.parent / HASHES).write_text(listed + "\n", encoding="utf-8")
    return target


def _address(name: str) -> str:
    listed = known_downloads()
    if name not in listed:
        raise InputError(unknown("download", name, listed, "downloads"))
    return listed[name]["address"]


def _file_name(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        fix = "give one that begins with https://."
        raise InputError(Problem(address, "is no address of a download.", fix))
    name = Path(unquote(parts.path)).name
    if not name:
        raise InputError(Problem(address, "names no file.", "give the address of the file itself."))
    return name


def _held(place: Path) -> dict[str, str]:
    path = place / HASHES
    if not path.exists():
        return {}
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        fix = "restore it, or delete it to take every file as new."
        raise InputError(Problem(str(path), "cannot be read.", fix)) from error
    return found


def _changed(file: str, wanted: str, found: str, *, given: bool) -> Problem:
    if given:
        fix = "compare with what the provider publishes; the file may be another release."
    else:
        fix = f"where the provider has a new release, give its hash with sha256 = {found}."
    return Problem(file, f"has SHA-256 {found}, expected {wanted}; it was not kept.", fix)


def _download(address: str, part: Path, progress: Callable[[int, int], None]) -> str:
    from http.client import HTTPException
    from urllib.request import Request, urlopen

    digest, done = hashlib.sha256(), 0
    try:
        with (
            urlopen(Request(address, headers=AGENT), timeout=TIMEOUT) as answer,
            part.open("wb") as file,
        ):
            size = int(answer.headers.get("Content-Length") or 0)
            while piece := answer.read(PIECE):
                file.write(piece)
                digest.update(piece)
                done += len(piece)
                progress(done, size)
    except (OSError, HTTPException) as error:
        fix = "check the address and the connection; a browser can fetch the file as well."
        raise InputError(Problem(address, f"cannot be fetched: {error}.", fix)) from error
    if size and done != size:
        message = f"ended after {done:,} of {size:,} bytes."
        raise InputError(Problem(address, message, "fetch it again."))
    return digest.hexdigest()
