"""Records kept as one TOML file each: bundled ones by id, your own by path."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from equity import datasets
from equity.errors import InputError, Problem, unknown

__all__ = ["Shelf", "toml_content"]

BYTE_ORDER_MARK = "\ufeff"


class _Named(Protocol):
    @property
    def id(self) -> str: ...


Record = TypeVar("Record", bound=_Named)


@dataclass(frozen=True)
class Shelf(Generic[Record]):
    """The bundled records of one kind.

    Parameters
    ----------
    kind : str
        What a record is, for the messages.
    name : str
        Folder below ``datasets/``.
    parse : callable
        From text and place to a record.
    """

    kind: str
    name: str
    parse: Callable[[str, str], Record]

    @cached_property
    def _files(self) -> dict[str, Path]:
        folder = datasets.folder() / self.name
        return {path.stem: path for path in sorted(folder.glob("*.toml"))}

    @cached_property
    def _read(self) -> dict[str, Record]:
        return {}

    def load(self, given: str | Path) -> Record:
        """Return a bundled record by id, or one from a file.

        Parameters
        ----------
        given : str or Path
            An id, or the path of a file ending in ``.toml``.

        Returns
        -------
        Record
            Frozen and checked.

        Raises
        ------
        InputError
            Unknown id with the nearest, or every problem of the file.
        """
        name = str(given)
        if name.endswith(".toml"):
            return self._from(Path(given))
        if name not in self._files:
            raise InputError(unknown(self.kind, name, self._files))
        if name not in self._read:
            self._read[name] = self._from(self._files[name])
        return self._read[name]

    def every(self) -> list[Record]:
        """Return all bundled records in the order of their ids.

        Returns
        -------
        list
            Of records.
        """
        return [self.load(name) for name in self._files]

    def _from(self, path: Path) -> Record:
        found = self.parse(_file_text(path), path.name)
        _check_id(found.id, path)
        return found


def _file_text(path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not in UTF-8 (byte {error.start})."
        raise InputError(Problem(str(path), message, "save it as UTF-8.")) from error
    except OSError as error:
        raise InputError(Problem(str(path), f"cannot be read: {error}.", "check it.")) from error


def _check_id(given: str, path: Path) -> None:
    """Refuse a file whose name is not its id."""
    if given != path.stem:
        fix = f"rename the file {given}.toml, or the id {path.stem!r}."
        raise InputError(Problem(path.name, f"holds the id {given!r}.", fix))


def toml_content(text: str, place: str) -> dict[str, Any]:
    """Return the tables of TOML text.

    Parameters
    ----------
    text : str
        TOML.
    place : str
        File name, for the problems.

    Returns
    -------
    dict
        As tomllib reads it.

    Raises
    ------
    InputError
        Text that is no TOML or nested too deeply.
    """
    try:
        return tomllib.loads(text.removeprefix(BYTE_ORDER_MARK))
    except tomllib.TOMLDecodeError as error:
        raise InputError(Problem(place, f"is no TOML: {error}.", "correct that line.")) from error
    except RecursionError as error:
        raise InputError(Problem(place, "is nested too deeply.", "flatten it.")) from error
