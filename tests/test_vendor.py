"""Files of others are what their authors published."""

import hashlib
from importlib.metadata import distribution
from pathlib import Path

from tests.support.modules import ROOT

VENDOR = ROOT / "static" / "vendor"


def test_each_file_has_the_checksum_that_is_written_down() -> None:
    lines = [line.split() for line in (VENDOR / "SHA256SUMS").read_text().splitlines()]
    told = {name: checksum for checksum, name in lines}
    scripts = [path for path in VENDOR.iterdir() if path.suffix in (".js", ".css")]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in scripts} == told


def test_each_file_has_its_licence_beside_it_and_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text()
    for path in VENDOR.glob("*.js"):
        licence = VENDOR / f"{path.name.partition('.')[0]}.LICENSE"
        assert licence.read_text().strip()
        assert f"static/vendor/{licence.name}" in notice


def test_htmx_is_the_one_of_the_installed_package() -> None:
    published = distribution("django-htmx").locate_file("django_htmx/static/django_htmx/htmx-2.min.js")
    assert (VENDOR / "htmx.min.js").read_bytes() == Path(str(published)).read_bytes()
