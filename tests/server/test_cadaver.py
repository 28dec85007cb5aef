"""cadaver, the command line client: a session as a person would type it."""

from __future__ import annotations

from pathlib import Path

from tests.programs import require, run
from tests.server_process import ServerProcess


def test_a_typed_session(shared_server: ServerProcess, tmp_path: Path) -> None:
    require("cadaver")
    login = f"machine {shared_server.host} login {shared_server.user} password {shared_server.password}\n"
    (tmp_path / ".netrc").write_text(login)
    (tmp_path / ".netrc").chmod(0o600)
    photo = bytes(range(256)) * 500
    (tmp_path / "photo.jpg").write_bytes(photo)
    typed = f"""\
mkcol cadaver
cd cadaver
put photo.jpg
put photo.jpg again.jpg
lock again.jpg
unlock again.jpg
move again.jpg moved.jpg
copy moved.jpg copied.jpg
delete moved.jpg
get copied.jpg {tmp_path}/back.jpg
ls
quit
"""
    said = run(
        *["cadaver", f"{shared_server.url}Upload/"],
        stdin=typed,
        cwd=tmp_path,
        extra_environment={"HOME": str(tmp_path)},
    )
    assert "failed" not in said.lower(), said
    assert (tmp_path / "back.jpg").read_bytes() == photo
    with shared_server.client() as client:
        names = sorted(client.children("/Upload/cadaver/"))
        assert names == ["/Upload/cadaver/copied.jpg", "/Upload/cadaver/photo.jpg"]
        assert client.get("/Upload/cadaver/photo.jpg").body == photo
