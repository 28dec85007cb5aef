"""What every resource is that nobody can change: the root, and all of the Library."""

from __future__ import annotations

from typing import Any, NoReturn

from wsgidav.dav_error import HTTP_FORBIDDEN, DAVError

from indexer.errors import ReadOnly


class ReadOnlyResource:
    """Every way to change something is refused in words; stands before WsgiDAV's class, which allows some.

    A lock is a change too: one on a folder, with all it holds, would stop the writers below it.
    """

    refusal = str(ReadOnly())

    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise DAVError(HTTP_FORBIDDEN, context_info=self.refusal)

    remove = move = copy = _refuse
    create_empty_resource = create_collection = _refuse

    def prevent_locking(self) -> bool:
        return True
