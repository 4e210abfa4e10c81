"""Encrypt the stored keys of providers anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arena.services.providers import rotate_keys


class Command(BaseCommand):
    """Door to `services.providers.rotate_keys`."""

    help = "Encrypt each stored key of a provider with the first of VERSUS_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        rotation = rotate_keys()
        self.stdout.write(f"{rotation.done} keys are encrypted with the newest key.")
        if rotation.lost:
            raise CommandError(
                f"The keys of {', '.join(rotation.lost)} cannot be decrypted with the keys at hand. Bring the old "
                "key back into VERSUS_ENCRYPTION_KEYS and run this again, or enter them anew in the admin."
            )
