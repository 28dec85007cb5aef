"""Where settings come from: defaults < photocloud.ini in the data folder < environment < command line."""

from __future__ import annotations

import configparser
import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.errors import ConfigError, Mistake
from config.settings import Option, Settings, contradictions, options, parse_networks

SECTION = "photocloud"
FILE_NAME = "photocloud.ini"
PREFIX = "PHOTOCLOUD_"
_COMMAND_LINE = "command line"
_ENVIRONMENT = "environment"


def load(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Merge all sources; raises ConfigError with every mistake found.

    ``flags`` holds what the command line gave (None or absent: not given). The data folder itself
    cannot be set in the file that lies in it.
    """
    mistakes: list[Mistake] = []
    given = [(_ENVIRONMENT, _from_environment(environment)), (_COMMAND_LINE, _from_flags(flags))]
    data = _merge(given, mistakes).get("data", Settings().data)
    file = Path(data).expanduser() / FILE_NAME
    mistakes.clear()
    values = _merge([(str(file), _from_file(file, mistakes)), *given], mistakes)
    mistakes += [Mistake("settings", option, problem) for option, problem in contradictions(values)]
    if mistakes:
        raise ConfigError(mistakes)
    values["data"] = Path(data).expanduser().absolute()
    return Settings(**values)


def example() -> str:
    """The text of ``config/example.ini``: every option with its help and default, commented out."""
    lines = [
        f"; Settings of Private Photo Cloud. Copy to {FILE_NAME} in the data folder, remove the ';'.",
        "",
    ]
    lines.append(f"[{SECTION}]")
    for option in options():
        if option.name != "data":
            default = "" if option.default == () else option.default
            lines += ["", f"; {option.help}", f";{option.name} = {default}".rstrip()]
    return "\n".join(lines) + "\n"


def _merge(sources: list[tuple[str, dict[str, str]]], mistakes: list[Mistake]) -> dict[str, Any]:
    known = {option.name: option for option in options()}
    values: dict[str, Any] = {}
    for source, given in sources:
        for name, text in given.items():
            if name not in known:
                mistakes.append(Mistake(source, name, _unknown(name, known)))
                continue
            value, problem = _parse(known[name], text)
            if problem:
                mistakes.append(Mistake(source, name, problem))
            else:
                values[name] = value
    return values


def _parse(option: Option, text: str) -> tuple[Any, str | None]:
    try:
        value = _PARSERS[option.type](text)
    except ValueError as error:
        return None, str(error)
    return value, option.check(value) if option.check else None


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


# By the type of an option's default; each raises ValueError with the problem in words.
_PARSERS: Mapping[type, Callable[[str], Any]] = {
    str: str,
    int: _whole_number,
    type(Path()): Path,
    tuple: parse_networks,
}


def _unknown(name: str, known: Mapping[str, Option]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"no such option; did you mean {close[0]!r}?" if close else "no such option"


def _from_flags(flags: Mapping[str, Any]) -> dict[str, str]:
    return {
        option.name: str(flags[option.name]) for option in options() if flags.get(option.name) is not None
    }


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    names = {PREFIX + option.name.upper(): option.name for option in options()}
    return {names[variable]: text for variable, text in environment.items() if variable in names}


def _from_file(file: Path, mistakes: list[Mistake]) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        mistakes.append(Mistake(str(file), "the whole file", str(error).splitlines()[0]))
        return {}
    mistakes += [
        Mistake(str(file), f"[{section}]", f"no such section; settings stand under [{SECTION}]")
        for section in parser.sections()
        if section != SECTION
    ]
    if not parser.has_section(SECTION):
        return {}
    given = dict(parser[SECTION])
    if given.pop("data", None) is not None:
        mistakes.append(Mistake(str(file), "data", "cannot be set here; use --data or PHOTOCLOUD_DATA"))
    return given
