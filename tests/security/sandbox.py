"""A place of its own for the real command line: all that it could write lies below one folder.

What belongs here: running commands there as a user would, and scanning all that came of it. What
does not: what is delivered, and what should come out.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.building import equip
from tests.security.scan import Canaries, Hit, Scanner
from warehouse.home import Home, load_home

COMMAND = Path(sys.executable).with_name("datapakhuis")
PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
SABOTAGE = Path(__file__).with_name("sabotage.py")
#: A command that takes longer hangs. A run takes 15 seconds on a quiet machine.
PATIENCE = 300.0


@dataclass(frozen=True)
class Ran:
    """A command that ended: what it was, its exit code (negative: the signal), what it said."""

    command: str
    code: int
    out: str
    err: str
    seconds: float


@dataclass
class Sandbox:
    """A user, a working directory, a temporary folder, a key set and a home."""

    root: Path
    ran: list[Ran] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("user", "tmp", "cwd", "keys"):
            (self.root / name).mkdir(parents=True)

    @property
    def keyset(self) -> Path:
        """The key set: outside of the home, and not scanned."""
        return self.root / "keys" / "keyset.json"

    @property
    def home(self) -> Home:
        """The home in this sandbox."""
        return load_home(self.root / "home", self.environment())

    def environment(self, **more: str) -> dict[str, str]:
        """No more than a user has; that nothing reports its use is up to the code."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.root / "user"),
            "TMPDIR": str(self.root / "tmp"),
            "DATAPAKHUIS_HOME": str(self.root / "home"),
            "DATAPAKHUIS_KEYSET": str(self.keyset),
            **more,
        }

    def init(self, parsed: Path, keyset: Path, *gemeenten: str) -> Home:
        """Make the home with a key set that there is; the project's own part was made before."""
        shutil.copy2(keyset, self.keyset)
        options = [text for code in gemeenten for text in ("--gemeente", code)]
        made = self.run("init", *options, "--from", "2020-01")
        assert made.code == 0, made
        equip(self.home, parsed)
        return self.home

    def drop(self, files: Mapping[str, bytes]) -> None:
        """Put files in landing that have been at rest for an hour."""
        drop(self.home.landing, files)

    def run(self, *arguments: str) -> Ran:
        """Run the command as it is."""
        process = self.start(COMMAND, *arguments)
        return self.finish(process, " ".join(arguments))

    def sabotaged(self, plugs: Iterable[str], *arguments: str, **environment: str) -> Ran:
        """Run the command with something in it broken on purpose."""
        process = self.start_sabotaged(plugs, *arguments, **environment)
        return self.finish(process, f"{' '.join(arguments)} ({', '.join(plugs)})")

    def start_sabotaged(
        self, plugs: Iterable[str], *arguments: str, **environment: str
    ) -> "subprocess.Popen[str]":
        """Begin such a run."""
        return self.start(sys.executable, str(SABOTAGE), ",".join(plugs), *arguments, **environment)

    def start(self, *command: object, **environment: str) -> "subprocess.Popen[str]":
        """Begin a command."""
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=self.root / "cwd",
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
        )

    def finish(self, process: "subprocess.Popen[str]", command: str) -> Ran:
        """Wait for a command and keep what it said; one that hangs fails the test."""
        began = time.monotonic()
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            err += "\n(hung, and was killed by the test)"
        ran = Ran(command, process.returncode, out, err, time.monotonic() - began)
        self.ran.append(ran)
        return ran

    def kill_when(
        self,
        process: "subprocess.Popen[str]",
        moment: Callable[[], bool],
        command: str,
        first: Callable[[], object] = lambda: None,
    ) -> Ran:
        """Send SIGKILL to a command at a moment, which must come, after doing something first."""
        end = time.monotonic() + PATIENCE
        while not moment():
            assert process.poll() is None, self.finish(process, f"{command}, before the moment")
            assert time.monotonic() < end, f"{command}: the moment did not come"
            time.sleep(0.01)
        first()
        process.send_signal(signal.SIGKILL)
        return self.finish(process, f"{command}, killed")

    def leaks(self, canaries: Canaries) -> list[Hit]:
        """Every canary outside landing: in files, in their names, in all that was said.

        Scanned are the home, the user's folder, the working directory, the temporary folder, the
        dbt project itself, and what the commands wrote on the screen.
        """
        scanner = Scanner(canaries)
        landing = self.root / "home" / "landing"
        kept = self.root / "keys"
        hits = scanner.tree(self.root, lambda path: _below(path, landing) or _below(path, kept))
        for written in ("target", "logs"):
            hits += scanner.tree(PROJECT / written)
        for ran in self.ran:
            hits += scanner.text(ran.out, f"stdout of {ran.command}")
            hits += scanner.text(ran.err, f"stderr of {ran.command}")
        return hits


def assert_no_leak(hits: list[Hit]) -> None:
    """Nothing that was planted is anywhere but where it may be."""
    shown = "\n".join(f"  {hit.where}: {hit.canary}" for hit in hits[:40])
    assert not hits, f"{len(hits)} planted values were found:\n{shown}"


def drop(landing: Path, files: Mapping[str, bytes]) -> None:
    """Put files in a landing, at rest for an hour."""
    rested = time.time() - 3600
    for name, content in files.items():
        path = landing / name
        path.write_bytes(content)
        os.utime(path, (rested, rested))


def _below(path: Path, folder: Path) -> bool:
    return folder in path.parents
