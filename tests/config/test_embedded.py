"""Our own PostgreSQL and Valkey: there while somebody uses them, gone with the last one, whatever happens."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from config import embedded

pytestmark = pytest.mark.slow

# Attaches, says so, and lives until its standard input ends.
USER = """
import sys
from pathlib import Path
from config import embedded
try:
    embedded.attach(Path(sys.argv[1]), sys.argv[2].split(","))
except embedded.ServiceError as error:
    sys.exit(f"refused: {error}")
print("attached", flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the servers of a data folder."""

    def __init__(self, base_dir: Path, data_dir: Path, names: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(data_dir), names],
            cwd=base_dir,
            env={"PATH": os.environ["PATH"], "EMBEDDED_DURABLE": "0", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()

    def leave(self) -> None:
        """End in an orderly way, waiting for what it stops."""
        self.process.communicate(timeout=180)

    def kill(self) -> None:
        """End as by `kill -9`."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def start(base_dir: Path, tmp_path: Path) -> Iterator[Callable[..., User]]:
    """Start users of a data folder of the test's own, and end those that are left."""
    users = []

    def one(names: str = "postgres", folder: Path = tmp_path, **environment: str) -> User:
        users.append(User(base_dir, folder, names, **environment))
        return users[-1]

    yield one
    for user in users:
        if user.process.poll() is None:
            user.leave()


def processes(folder: Path) -> list[psutil.Process]:
    """Return every living process that names the folder on its command line and is no user of it."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(folder) in line and "from config import embedded" not in line:
            found.append(process)
    return found


def wait_until(true: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def ask(folder: Path, sql: str) -> object:
    """Send a statement to the embedded database and return the first value of the answer."""
    where = embedded.database(folder)
    with psycopg.connect(
        host=where["HOST"], user=where["USER"], dbname=where["NAME"], autocommit=True
    ) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def postmaster(folder: Path) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().split()[0])


def test_they_stop_with_their_last_user_and_keep_the_data(
    start: Callable[..., User], tmp_path: Path
) -> None:
    first = start("postgres,valkey")
    ask(tmp_path, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.leave()
    assert processes(tmp_path) == []
    start()
    assert ask(tmp_path, "SELECT answer FROM kept") == 42


def test_two_side_by_side_never_stop_each_other(start: Callable[..., User], tmp_path: Path) -> None:
    first, second = start(), start()
    server = postmaster(tmp_path)
    first.leave()
    assert ask(tmp_path, "SELECT 1") == 1
    assert postmaster(tmp_path) == server
    second.leave()
    assert processes(tmp_path) == []


def test_several_at_the_same_moment_share_one_server(base_dir: Path, tmp_path: Path) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(tmp_path), "postgres"],
            cwd=base_dir,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert [one.stdout.readline().strip() for one in starting if one.stdout] == ["attached"] * 4
    assert len([one for one in processes(tmp_path) if "config.keeper" in one.cmdline()]) == 1
    for one in starting:
        one.communicate(timeout=180)
    assert processes(tmp_path) == []


def test_a_killed_user_leaves_no_server_behind(start: Callable[..., User], tmp_path: Path) -> None:
    start("postgres,valkey").kill()
    wait_until(lambda: not processes(tmp_path))


def test_a_killed_keeper_takes_its_server_along_and_the_next_start_copes(
    start: Callable[..., User], tmp_path: Path
) -> None:
    start()
    for keeper in [one for one in processes(tmp_path) if "config.keeper" in one.cmdline()]:
        keeper.kill()
    wait_until(lambda: not processes(tmp_path))
    assert start().said == "attached"
    assert ask(tmp_path, "SELECT 1") == 1


def test_a_killed_server_comes_back_by_itself(start: Callable[..., User], tmp_path: Path) -> None:
    start()
    ask(tmp_path, "CREATE TABLE kept AS SELECT 42 AS answer")
    killed = postmaster(tmp_path)
    os.kill(killed, signal.SIGKILL)

    def back() -> bool:
        try:
            return postmaster(tmp_path) != killed and ask(tmp_path, "SELECT answer FROM kept") == 42
        except (OSError, IndexError, psycopg.OperationalError):
            return False

    wait_until(back)


def test_the_pid_file_of_a_power_cut_does_not_hinder(
    start: Callable[..., User], tmp_path: Path
) -> None:
    start().leave()
    # After a restart of the machine the number may belong to anybody: here, to this test.
    stale = (
        f"{os.getpid()}\n{tmp_path}/postgres/data\n1700000000\n5432\n{tmp_path}/run\n\n0 0\nready\n"
    )
    (tmp_path / "postgres/data/postmaster.pid").write_text(stale)
    (tmp_path / "run/.s.PGSQL.5432.lock").write_text(stale)
    assert start().said == "attached"
    assert ask(tmp_path, "SELECT 1") == 1


def test_half_a_cluster_is_made_anew(start: Callable[..., User], tmp_path: Path) -> None:
    (tmp_path / "postgres/fresh").mkdir(parents=True)
    (tmp_path / "postgres/fresh/PG_VERSION").write_text("18\n")
    os.chmod(tmp_path / "postgres", 0o700)
    assert start().said == "attached"


@pytest.mark.parametrize("name", ["a b", "很长的路径" * 10, "a,b'c$d", "x" * 120])
def test_any_path_will_do(start: Callable[..., User], tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    assert start("postgres,valkey", folder).said == "attached"
    assert ask(folder, "SELECT 1") == 1


def test_a_home_that_cannot_be_used_will_do(start: Callable[..., User], tmp_path: Path) -> None:
    assert start(HOME="/nonexistent").said == "attached"


def test_a_folder_that_only_we_may_enter_will_do(
    start: Callable[..., User], tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert start("postgres,valkey", closed / "data").said == "attached"
    assert ask(closed / "data", "SELECT 1") == 1


def test_trigrams_of_chinese_and_exclusion_of_overlaps_are_there(
    start: Callable[..., User], tmp_path: Path
) -> None:
    start()
    ask(tmp_path, "CREATE EXTENSION pg_trgm")
    ask(tmp_path, "CREATE EXTENSION btree_gist")
    assert ask(tmp_path, "SELECT similarity('楼道灯不亮', '楼道灯坏了') > 0.3") is True


def test_a_cluster_of_another_version_is_named(start: Callable[..., User], tmp_path: Path) -> None:
    start().leave()
    (tmp_path / "postgres/data/PG_VERSION").write_text("12\n")
    refused = start()
    _, said = refused.process.communicate(timeout=180)
    assert "was written by PostgreSQL 12" in said
    assert "postgres.log" in said
