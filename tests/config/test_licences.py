"""Whatever we ship with must be compatible with Apache-2.0, and the lock files name no registry."""

import json
import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

# AGPL and GPL bind what uses them; the LGPL (psycopg) and MPL (certifi) do not.
BINDING = re.compile(r"(?<![L\w])A?GPL|(?<!Lesser )General Public License", re.IGNORECASE)


def licence(distribution: Distribution) -> str:
    """Return what the package says of its licence, wherever it says it, in short."""
    about = distribution.metadata
    said = [
        text for name in ("License-Expression", "Classifier") for text in about.get_all(name) or []
    ]
    said += [text[:100] for text in about.get_all("License") or []]
    return "; ".join(said)


def test_the_licence_of_every_python_package_is_compatible() -> None:
    said = {one.name: licence(one) for one in distributions()}
    assert len(said) > 80
    assert {name: text for name, text in said.items() if BINDING.search(text)} == {}


def test_the_licence_of_every_script_is_compatible(base_dir: Path) -> None:
    for path in (base_dir / "node_modules").glob("**/package.json"):
        if path.parent.parent.name == "node_modules" or path.parent.parent.name.startswith("@"):
            said = json.loads(path.read_text()).get("license", "")
            assert said in {
                "MIT",
                "Apache-2.0",
                "BSD-2-Clause",
                "BSD-3-Clause",
                "0BSD",
                "ISC",
                "MPL-2.0",
            }, path


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "package-lock.json"])
def test_a_lock_file_holds_hashes_and_no_address(base_dir: Path, name: str) -> None:
    text = (base_dir / name).read_text()
    assert "sha256:" in text or '"integrity": "sha512-' in text
    assert "resolved" not in text
    assert not re.search(r"https?://(?!opencollective|github|tidelift|feross|www\.patreon)", text)
