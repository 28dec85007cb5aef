"""Where a COPY or MOVE goes: the Destination header (RFC 4918 10.3) as a decoded path. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from wsgidav.dav_error import HTTP_BAD_GATEWAY, HTTP_BAD_REQUEST, DAVError

from davserver.protocol.paths import BadPath, decoded_path


def destination_path(environ: dict[str, Any]) -> str:
    """The absolute, decoded path of the Destination.

    Raises DAVError: 400 for none or an impossible one, 502 for another server's. The scheme does not
    matter, since a proxy in front may have taken the encryption away; host names may change case on
    the way, and a port may be left out where it is the scheme's own.
    """
    header = environ.get("HTTP_DESTINATION", "")
    if not header:
        raise DAVError(HTTP_BAD_REQUEST, context_info="A Destination header is missing.")
    return path_of(header, environ)


def path_of(address: str, environ: dict[str, Any]) -> str:
    """The decoded path of an address in a header, which may leave out scheme and host; raises as above."""
    url = _split(address)
    if url.netloc and _host(url.netloc) != _host(environ.get("HTTP_HOST", "")):
        raise DAVError(HTTP_BAD_GATEWAY, context_info="The Destination is on another server.")
    if not url.path.startswith("/"):
        raise DAVError(HTTP_BAD_REQUEST, context_info="The Destination is not a complete address.")
    # Some programs send their names raw: WSGI shows those bytes as Latin-1.
    raw = unquote_to_bytes(_path_with_query(url).encode("latin-1", "replace"))
    try:
        return decoded_path(raw.decode("latin-1"))
    except BadPath as error:
        raise DAVError(HTTP_BAD_REQUEST, context_info=str(error)) from error


def _split(header: str) -> Any:
    try:
        return urlsplit(header, allow_fragments=False)
    except ValueError:
        raise DAVError(HTTP_BAD_REQUEST, context_info="The Destination is not an address.") from None


def _host(netloc: str) -> str:
    return netloc.lower().removesuffix(":80").removesuffix(":443")


def _path_with_query(url: Any) -> str:
    # There are no queries in a share: a bare "?" is part of a name that its sender forgot to encode.
    return f"{url.path}?{url.query}" if url.query else str(url.path)
