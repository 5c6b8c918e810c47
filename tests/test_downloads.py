"""Downloads from a server on this machine: hashes, files that end early, nothing kept half."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from equity.downloads import HASHES, fetch, known_downloads
from equity.errors import InputError

CONTENT = b"t,i,j,k,v,q\n2011,404,826,070820,1,1\n"
HASH = hashlib.sha256(CONTENT).hexdigest()


class Answers(BaseHTTPRequestHandler):
    """Some files, one of them cut off."""

    said = CONTENT

    def do_GET(self) -> None:
        if self.path.startswith("/absent"):
            self.send_error(404)
            return
        cut = self.path.startswith("/cut")
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.said) + 10 * cut))
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join()


def test_a_file_is_kept_with_its_hash(server: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    file = fetch(f"{server}/baci%202011.csv", tmp_path / "raw", sha256=HASH.upper(),
                 progress=lambda done, size: seen.append((done, size)))  # fmt: skip
    assert file.name == "baci 2011.csv" and file.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert json.loads((file.parent / HASHES).read_text()) == {file.name: HASH}


def test_another_hash_is_refused_and_the_first_file_stays(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fetch(f"{server}/a.csv", tmp_path)
    fetch(f"{server}/a.csv", tmp_path)
    monkeypatch.setattr(Answers, "said", b"another release\n")
    other = hashlib.sha256(b"another release\n").hexdigest()
    with pytest.raises(InputError, match=f"expected {HASH}.*sha256 = {other}"):
        fetch(f"{server}/a.csv", tmp_path)
    assert file.read_bytes() == CONTENT
    fetch(f"{server}/a.csv", tmp_path, sha256=other)
    assert json.loads((tmp_path / HASHES).read_text()) == {"a.csv": other}


@pytest.mark.parametrize(
    ("path", "said"), [("absent.csv", "404"), ("cut.csv", "ended|IncompleteRead"), ("", "no file")]
)
def test_what_is_not_whole_is_not_kept(server: str, tmp_path: Path, path: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fetch(f"{server}/{path}", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sha256", "said"),
    [
        ("baci-hs21", "", "baci-hs"),
        ("file:///etc/hosts", "", "https"),
        ("http://127.0.0.1:9/a.csv", "", "cannot be fetched"),
        ("baci-hs12", "abc", "SHA-256"),
    ],
)
def test_what_cannot_be_fetched_is_said(tmp_path: Path, name: str, sha256: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fetch(name, tmp_path, sha256=sha256)


def test_every_named_download_is_described() -> None:
    for name, entry in known_downloads().items():
        assert entry["address"].startswith("https://"), name
        assert entry["title"] and entry["licence"], name
        assert entry["source"] in {"", "baci", "faostat"}, name
