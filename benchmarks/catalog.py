"""Courses to measure with: made up, the same in every run, and brought in by the import that everybody uses."""

import csv
import random
from collections.abc import Mapping
from pathlib import Path

from benchmarks.processes import TEKUN, run

FILE_ROWS = 20_000  # what fits an import of at most 50 MB
COMMON, TENTH, HUNDREDTH, RARE = "belajar", "praktik", "statistika", "xilofon"
"""Words of every course, of one in ten, of one in a hundred, and of one alone."""

_LEXICON = (
    "dasar pengantar lanjutan program data struktur algoritma jaringan basis sistem desain web analisis "
    "aljabar linear kalkulus peluang fisika kimia biologi sejarah ekonomi akuntansi manajemen bahasa inggris "
    "jepang sastra musik seni rupa psikologi hukum kesehatan gizi pertanian energi lingkungan robotika mesin "
    "listrik sipil arsitektur peta citra suara teks model uji proyek kelompok mandiri contoh latihan kuis "
    "tugas materi video catatan ringkas teori metode"
)
_WORDS = _LEXICON.split()
_LANGUAGES, _LEVELS = ("id", "en", "zh"), ("beginner", "intermediate", "advanced")


def generate(folder: Path, rows: int) -> list[Path]:
    """CSV files that `tekun courses import` takes."""
    chance = random.Random(20_260_101)  # noqa: S311 # the same in every run is what is wanted
    files = []
    for first in range(0, rows, FILE_ROWS):
        file = folder / f"courses-{first}.csv"
        with file.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(
                ("external_id", "title", "summary", "description", "language", "level", "tags", "prerequisite_ids")
            )
            writer.writerows(_row(number, chance) for number in range(first, min(first + FILE_ROWS, rows)))
        files.append(file)
    return files


def _row(number: int, chance: random.Random) -> tuple[str, ...]:
    words = [COMMON, *([TENTH] if number % 10 == 0 else []), *([HUNDREDTH] if number % 100 == 0 else [])]
    words += [RARE] if number == 0 else []
    summary = [*words, *chance.choices(_WORDS, k=14)]
    chance.shuffle(summary)
    paragraphs = [" ".join(chance.choices(_WORDS, k=40)).capitalize() + "." for _ in range(3)]
    first = [f"bench-{chance.randrange(number)}" for _ in range(2)] if number % 5 == 1 else []
    return (
        f"bench-{number}",
        " ".join(chance.choices(_WORDS, k=4)).title(),
        " ".join(summary).capitalize() + ".",
        "## Isi\n\n" + "\n\n".join(paragraphs),
        chance.choice(_LANGUAGES),
        chance.choice(_LEVELS),
        ";".join(chance.sample(_WORDS, k=3)),
        ";".join(first),
    )


def bring_in(files: list[Path], environment: Mapping[str, str], *, go_on: bool = False) -> None:
    for file in files:
        run([*TEKUN, "courses", "import", str(file), *(["--go-on"] if go_on else [])], environment)
