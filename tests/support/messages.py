"""Catalogues of messages: gathered from the source, and compiled. `python -m tests.support.messages` does both.

Gathering needs gettext's programs (apt-get install gettext); everything else here, and running Versus, does not: what
is compiled is part of the repository.
"""

import os
import re
import sys
from pathlib import Path
from typing import Final

import django
import polib
from django.core.management import call_command
from django.core.management.commands import makemessages

from tests.support.modules import ROOT

LOCALE: Final = ROOT / "locale"
ALLAUTH: Final = ROOT / "locale-allauth"
"""What django-allauth says, where its own translation does not speak as our pages do. Written by hand."""
HOLES: Final = re.compile(r"(?<!%)%\(\w+\)s|(?<!\{)\{\w+\}")


class Gather(makemessages.Command):
    """Django's command, which also knows phrases with two forms, and writes no numbers of lines that always change."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=ngettext_noop:1,2"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


def catalogues() -> list[Path]:
    """Return the files that translators write, about what our source says."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def overrides() -> list[Path]:
    """Return the files that say what django-allauth says in the words of our pages."""
    return sorted(ALLAUTH.glob("*/LC_MESSAGES/django.po"))


def holes(text: str) -> set[str]:
    """Return what is filled in when a message is shown."""
    return set(HOLES.findall(text))


def compiled(catalogue: Path) -> bytes:
    """Return what a catalogue is when it is compiled."""
    return bytes(polib.pofile(str(catalogue)).to_binary())


def gather() -> None:
    """Bring every catalogue up to date with the source; what is new in it has no translation yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    options = {"locale": [path.parts[-3] for path in catalogues()], "no_location": True, "no_obsolete": True}
    call_command(Gather(), ignore_patterns=["tests/*", "benchmarks/*", "templates/arena/admin/*", "var/*"], **options)


def main() -> int:
    """Gather, compile, and say how much is missing."""
    gather()
    for path in [*catalogues(), *overrides()]:
        path.with_suffix(".mo").write_bytes(compiled(path))
        missing = [entry.msgid for entry in polib.pofile(str(path)) if not entry.translated()]
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(missing)} without a translation\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
