"""The Devices page and its calls of the API: passwords for what mounts the shares, made, listed and revoked.

A password is shown once, in the answer that makes it. Only the account itself may do any of this: a
device that could make others would outlive its own revocation.
"""

from __future__ import annotations

from typing import Any

import segno
from bottle import HTTPResponse, request
from markupsafe import Markup

from indexer.devices import LONGEST_LABEL, Devices, NewDevice
from indexer.errors import LibraryError, NoSuchDevice
from webui import moments, wire
from webui.api import json_answer
from webui.bodies import read_form, read_json, text_field
from webui.errors import BadRequest, Problem, problem_of
from webui.pages import Pages, go_to, mount_address
from webui.visitors import Visitor, Visitors, refuse_devices

_BODY_LIMIT_BYTES = 16 * 1024


class DevicePages:
    """Everything under ``/devices`` and ``/api/v1/devices``."""

    def __init__(self, devices: Devices, visitors: Visitors, pages: Pages) -> None:
        self._devices = devices
        self._visitors = visitors
        self._pages = pages

    def page(self) -> HTTPResponse:
        """The devices, a form for one more, and how to connect each kind."""
        return self._page(refuse_devices(self._visitors.require(request.environ)))

    def add(self) -> HTTPResponse:
        """Make a device from the posted form and show its password; the form again when that cannot be."""
        form = read_form(request.environ)
        visitor = self._changing(form.get("csrf_token", ""))
        label = text_field(form, "label")
        try:
            made = self._devices.add(visitor.person, label, is_read_only="read_only" in form)
        except LibraryError as error:
            return self._page(visitor, label=label, problem=problem_of(error))
        return self._page(visitor, made=made)

    def revoke(self, device_id: str) -> HTTPResponse:
        """End a device, and back to the list."""
        visitor = self._changing(read_form(request.environ).get("csrf_token", ""))
        self._devices.revoke(visitor.person, parse_id(device_id))
        return go_to("/devices")

    def list(self) -> HTTPResponse:
        """The caller's devices."""
        visitor = refuse_devices(self._visitors.require(request.environ))
        return json_answer({"devices": [wire.device_json(one) for one in self._devices.list(visitor.person)]})

    def add_by_api(self) -> HTTPResponse:
        """Make a device; raises BadName, LabelTaken, TooManyDevices."""
        visitor = self._changing(request.environ.get("HTTP_X_CSRF_TOKEN", ""))
        wanted = read_json(request.environ, _BODY_LIMIT_BYTES)
        is_read_only = wanted.get("read_only", False)
        if not isinstance(is_read_only, bool):
            raise BadRequest("“read_only” must be true or false.")
        made = self._devices.add(visitor.person, text_field(wanted, "label"), is_read_only=is_read_only)
        answer = {"user": visitor.person.name, "password": made.password}
        return json_answer({"device": wire.device_json(made.device), **answer}, 201)

    def revoke_by_api(self, device_id: str) -> HTTPResponse:
        """End a device; raises NoSuchDevice."""
        visitor = self._changing(request.environ.get("HTTP_X_CSRF_TOKEN", ""))
        self._devices.revoke(visitor.person, parse_id(device_id))
        return HTTPResponse(status=204)

    def _changing(self, csrf_token: str) -> Visitor:
        return refuse_devices(self._visitors.require_for_change(request.environ, csrf_token))

    def _page(
        self,
        visitor: Visitor,
        *,
        label: str = "",
        made: NewDevice | None = None,
        problem: Problem | None = None,
    ) -> HTTPResponse:
        now = self._devices.clock()
        rows = [(one, ago(one.used_at, now)) for one in self._devices.list(visitor.person)]
        values: dict[str, Any] = {
            "person": visitor.person,
            "csrf_token": visitor.csrf_token or "",
            "address": mount_address(request.environ),
            "devices": rows,
            "label": label,
            "longest_label": LONGEST_LABEL,
            "made": made,
            "qr_code": qr_code(made.password) if made else None,
            "problem": problem,
        }
        return self._pages.render("devices.html", problem.status if problem else 200, **values)


def parse_id(text: str) -> int:
    """The number of a device in an address; raises NoSuchDevice for what can be none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise NoSuchDevice
    return int(text)


def qr_code(text: str) -> Markup:
    """An SVG element of a QR code, black on white in light and dark alike, with its quiet zone."""
    svg = segno.make(text, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", svgclass="qr-code", lineclass=None
    )
    # Made of numbers, whatever the text was.
    return Markup(svg)


def ago(moment: float | None, now: float) -> str:
    """How long ago a device was last used, in words; the same in every time zone."""
    return "never used" if moment is None else f"last used {moments.ago(moment, now)}"
