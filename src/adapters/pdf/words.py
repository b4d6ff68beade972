"""What is printed on a certificate besides names, in each language."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    subtitle: str
    given_to: str
    nobody: str
    deed: str
    date: str
    number: str
    check: str
    months: tuple[str, ...]

    def day(self, instant: datetime) -> str:
        """The day in UTC, as `9 Maret 2026`."""
        return f"{instant.day} {self.months[instant.month - 1]} {instant.year}"


WORDS = {
    "id": Words(
        title="SERTIFIKAT",
        subtitle="Penyelesaian Kursus",
        given_to="Dengan bangga diberikan kepada",
        nobody="(tanpa nama)",
        deed="yang telah menyelesaikan seluruh pelajaran kursus",
        date="Tanggal terbit",
        number="Nomor sertifikat",
        check="Keaslian sertifikat ini dapat diperiksa di",
        months=(
            "Januari", "Februari", "Maret", "April", "Mei", "Juni",
            "Juli", "Agustus", "September", "Oktober", "November", "Desember",
        ),
    ),
    "en": Words(
        title="CERTIFICATE",
        subtitle="of Completion",
        given_to="Proudly presented to",
        nobody="(no name)",
        deed="who has completed every lesson of the course",
        date="Date of issue",
        number="Certificate number",
        check="Whether this certificate is genuine can be checked at",
        months=(
            "January", "February", "March", "April", "May", "June",
            "July", "August", "September", "October", "November", "December",
        ),
    ),
}  # fmt: skip
