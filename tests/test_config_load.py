"""Where settings come from, which source wins, and that all mistakes are told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.load import example, load
from config.settings import Settings
from tests.server_process import ROOT


def loaded(folder: Path, file: str = "", environment: dict[str, str] | None = None, **flags: Any) -> Settings:
    (folder / "photocloud.ini").write_text(file, encoding="utf-8")
    return load({"data": folder, **flags}, environment or {})


def mistakes(folder: Path, file: str = "", **given: Any) -> list[tuple[str, str]]:
    """(source, option) of each mistake; the file is called "file"."""
    with pytest.raises(ConfigError) as caught:
        loaded(folder, file, **given)
    path = str(folder / "photocloud.ini")
    return [("file" if each.source == path else each.source, each.option) for each in caught.value.mistakes]


def test_the_example_is_up_to_date() -> None:
    assert (ROOT / "config" / "example.ini").read_text(encoding="utf-8") == example()


def test_the_example_without_its_semicolons_is_the_default(tmp_path: Path) -> None:
    lines = [line.removeprefix(";") for line in example().splitlines() if not line.startswith("; ")]
    assert loaded(tmp_path, "\n".join(lines)) == Settings(data=tmp_path)


def test_nothing_given() -> None:
    home = load({"data": None}, {})
    assert home == Settings(data=Path("~/PrivatePhotoCloud").expanduser())


@pytest.mark.parametrize(
    ("file", "environment", "flags", "port"),
    [
        ("", {}, {}, 8080),
        ("port = 1", {}, {}, 1),
        ("port = 1", {"PHOTOCLOUD_PORT": "2"}, {}, 2),
        ("port = 1", {"PHOTOCLOUD_PORT": "2"}, {"port": 3}, 3),
        ("port = 1", {}, {"port": None}, 1),
        ("port = 1", {}, {"port": 0}, 0),
        ("PORT = 1", {"PHOTOCLOUD_SKIP_FRONTEND": "1"}, {"command": "serve"}, 1),
    ],
)
def test_later_sources_win(
    file: str, environment: dict[str, str], flags: dict[str, Any], port: int, tmp_path: Path
) -> None:
    assert loaded(tmp_path, f"[photocloud]\n{file}", environment, **flags).port == port


def test_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/alice")
    assert load({"data": "flag"}, {"PHOTOCLOUD_DATA": "variable"}).data == tmp_path / "flag"
    assert load({}, {"PHOTOCLOUD_DATA": "variable"}).data == tmp_path / "variable"
    assert load({}, {"PHOTOCLOUD_DATA": "~/photos"}).data == Path("/home/alice/photos")


def test_the_file_lies_in_the_folder_that_was_given(tmp_path: Path) -> None:
    (tmp_path / "photocloud.ini").write_text("[photocloud]\nworkers = 7\n", encoding="utf-8")
    assert load({}, {"PHOTOCLOUD_DATA": str(tmp_path)}).workers == 7


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    file = "[photocloud]\nport = many\nwrokers = 2\ndata = /elsewhere\nthreads = 1\n"
    found = mistakes(tmp_path, file, environment={"PHOTOCLOUD_WORKERS": "0"}, host="")
    assert sorted(found) == [
        ("command line", "host"),
        ("environment", "workers"),
        ("file", "data"),
        ("file", "port"),
        ("file", "threads"),
        ("file", "wrokers"),
    ]


def test_a_misspelt_section_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "[photoclout]\nport = 1\n") == [("file", "[photoclout]")]
    assert mistakes(tmp_path, "[photocloud]\nport = 1\n[other]\n") == [("file", "[other]")]


def test_a_near_miss_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'workers'"):
        loaded(tmp_path, "[photocloud]\nwrokers = 2\n")


@pytest.mark.parametrize("file", ["port = 1\n", "[photocloud\n", "[photocloud]\nport = 1\nport = 2\n"])
def test_a_broken_file(file: str, tmp_path: Path) -> None:
    assert mistakes(tmp_path, file) == [("file", "the whole file")]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "photocloud.ini").write_bytes(b"[photocloud]\nhost = \xff\n")
    with pytest.raises(ConfigError, match="the whole file"):
        load({"data": tmp_path}, {})


def test_half_a_certificate_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load({"data": str(tmp_path)}, {"PHOTOCLOUD_TLS_KEY": "key.pem"})
    assert [mistake.option for mistake in refused.value.mistakes] == ["tls_key"]
