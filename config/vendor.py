"""Serve a few files of the npm packages, and only those, under /static/vendor/."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, get_finders
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

PACKAGES = {
    "tabler": ("@tabler/core/dist", ["css/tabler.min.css", "js/tabler.min.js"]),
    "leaflet": ("leaflet/dist", ["leaflet.js", "leaflet.css", "images/*.png"]),
    "echarts": ("echarts/dist", ["echarts.min.js"]),
    "axe": ("axe-core", ["axe.min.js"]),
}


class VendorFinder(BaseFinder):
    """Find `vendor/<name>/<file>` in node_modules for the files that PACKAGES lists."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Promise nothing: missing packages show in the pages' own tests."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return where the file lies, or an empty list."""
        for name, storage in self._storages():
            wanted, patterns = path.removeprefix(f"vendor/{name}/"), PACKAGES[name][1]
            if wanted != path and matches_patterns(wanted, patterns) and storage.exists(wanted):
                return [storage.path(wanted)] if find_all else storage.path(wanted)
        return []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each file with the storage that holds it."""
        for name, storage in self._storages():
            root = Path(storage.location)
            for pattern in PACKAGES[name][1]:
                for file in sorted(root.glob(pattern)):
                    yield str(file.relative_to(root)), storage

    def _storages(self) -> Iterator[tuple[str, FileSystemStorage]]:
        for name, (folder, _) in PACKAGES.items():
            storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules" / folder)
            storage.prefix = f"vendor/{name}"  # type: ignore[attr-defined]  # read by collectstatic
            yield name, storage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Name files by their content, so that a browser may keep them for ever."""

    # Upstream's patterns without source maps, which are not served.
    patterns = (("*.css", (CompressedManifestStaticFilesStorage.patterns[0][1][:2])),)


def fingerprint() -> str:
    """Return a hash over name, size and time of every static file: unchanged, nothing needs collecting anew."""
    seen = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            seen.append((str(getattr(storage, "prefix", "")), name, stat.st_size, stat.st_mtime_ns))
    return sha256(repr(sorted(seen)).encode()).hexdigest()
