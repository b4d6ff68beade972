"""Badges of ruleset 1. Those of one tier mark a first time; the others grow with their learner."""

from domain.gamification.badges import Badge, Measure, Tier

_TIERS = tuple(Tier)


def _badge(
    key: str, measure: Measure, thresholds: tuple[int, ...], names: tuple[str, str], tells: tuple[str, str]
) -> Badge:
    """Names and descriptions in Indonesian and English. One threshold alone is a gold one: there is no more to it."""
    tiers = _TIERS if len(thresholds) == len(_TIERS) else (Tier.GOLD,)
    return Badge(
        key=key,
        measure=measure,
        thresholds=dict(zip(tiers, thresholds, strict=True)),
        names=dict(zip(("id", "en"), names, strict=True)),
        descriptions=dict(zip(("id", "en"), tells, strict=True)),
    )


BADGES = (
    _badge(
        "langkah_pertama",
        Measure.LESSONS,
        (1,),
        ("Langkah Pertama", "First Step"),
        ("Selesaikan pelajaran pertamamu.", "Complete your first lesson."),
    ),
    _badge(
        "pelajar",
        Measure.LESSONS,
        (10, 50, 200),
        ("Pelajar", "Learner"),
        ("Selesaikan {n} pelajaran.", "Complete {n} lessons."),
    ),
    _badge(
        "kutu_buku",
        Measure.LESSONS,
        (500, 1000, 2500),
        ("Kutu Buku", "Bookworm"),
        ("Selesaikan {n} pelajaran.", "Complete {n} lessons."),
    ),
    _badge(
        "hari_padat",
        Measure.DAY_LESSONS,
        (3, 5, 10),
        ("Hari yang Padat", "A Full Day"),
        ("Selesaikan {n} pelajaran dalam satu hari.", "Complete {n} lessons on one day."),
    ),
    _badge(
        "hari_emas",
        Measure.DAY_XP,
        (100, 200, 300),
        ("Hari Emas", "Golden Day"),
        ("Kumpulkan {n} XP dalam satu hari.", "Collect {n} XP on one day."),
    ),
    _badge(
        "garis_akhir",
        Measure.COURSES,
        (1,),
        ("Garis Akhir", "Finish Line"),
        ("Selesaikan kursus pertamamu.", "Complete your first course."),
    ),
    _badge(
        "penjelajah",
        Measure.COURSES,
        (3, 5, 10),
        ("Penjelajah", "Explorer"),
        ("Selesaikan {n} kursus.", "Complete {n} courses."),
    ),
    _badge(
        "cendekia",
        Measure.COURSES,
        (15, 25, 50),
        ("Cendekia", "Scholar"),
        ("Selesaikan {n} kursus.", "Complete {n} courses."),
    ),
    _badge(
        "tanpa_cela",
        Measure.PERFECT_QUIZZES,
        (1,),
        ("Tanpa Cela", "Flawless"),
        ("Jawab satu kuis dengan benar seluruhnya.", "Answer a whole quiz correctly."),
    ),
    _badge(
        "ahli_kuis",
        Measure.PERFECT_QUIZZES,
        (5, 15, 40),
        ("Ahli Kuis", "Quiz Master"),
        ("Jawab {n} kuis dengan benar seluruhnya.", "Answer {n} whole quizzes correctly."),
    ),
    _badge(
        "sekali_jalan",
        Measure.FIRST_TRIES,
        (1,),
        ("Sekali Jalan", "In One Go"),
        ("Lulus satu kuis pada percobaan pertama.", "Pass a quiz at the first try."),
    ),
    _badge(
        "siap_tempur",
        Measure.FIRST_TRIES,
        (5, 20, 50),
        ("Siap Tempur", "Well Prepared"),
        ("Lulus {n} kuis pada percobaan pertama.", "Pass {n} quizzes at the first try."),
    ),
    _badge(
        "karya_pertama",
        Measure.ASSIGNMENTS,
        (1,),
        ("Karya Pertama", "First Work"),
        ("Dapatkan nilai untuk tugas pertamamu.", "Have your first assignment graded."),
    ),
    _badge(
        "pengrajin",
        Measure.ASSIGNMENTS,
        (5, 15, 40),
        ("Pengrajin", "Craftsperson"),
        ("Dapatkan nilai untuk {n} tugas.", "Have {n} assignments graded."),
    ),
    _badge(
        "tiga_hari",
        Measure.STREAK_DAYS,
        (3,),
        ("Tiga Hari", "Three Days"),
        ("Belajar tiga hari berturut-turut.", "Learn three days in a row."),
    ),
    _badge(
        "seminggu_penuh",
        Measure.STREAK_DAYS,
        (7, 14, 21),
        ("Seminggu Penuh", "A Whole Week"),
        ("Belajar {n} hari berturut-turut.", "Learn {n} days in a row."),
    ),
    _badge(
        "tekun",
        Measure.STREAK_DAYS,
        (30, 60, 100),
        ("Tekun", "Diligent"),
        ("Belajar {n} hari berturut-turut.", "Learn {n} days in a row."),
    ),
    _badge(
        "setahun",
        Measure.STREAK_DAYS,
        (200, 300, 365),
        ("Sepanjang Tahun", "All Year Round"),
        ("Belajar {n} hari berturut-turut.", "Learn {n} days in a row."),
    ),
    _badge(
        "seratus",
        Measure.XP,
        (100, 500, 1000),
        ("Pengumpul", "Collector"),
        ("Kumpulkan {n} XP.", "Collect {n} XP."),
    ),
    _badge(
        "ribuan",
        Measure.XP,
        (2500, 5000, 10000),
        ("Ribuan", "Thousands"),
        ("Kumpulkan {n} XP.", "Collect {n} XP."),
    ),
    _badge(
        "legenda",
        Measure.XP,
        (25000, 50000, 100000),
        ("Legenda", "Legend"),
        ("Kumpulkan {n} XP.", "Collect {n} XP."),
    ),
    _badge(
        "naik_tingkat",
        Measure.LEVEL,
        (2, 3, 4),
        ("Naik Tingkat", "Level Up"),
        ("Capai tingkat {n}.", "Reach level {n}."),
    ),
    _badge(
        "puncak",
        Measure.LEVEL,
        (6, 8, 10),
        ("Menuju Puncak", "Toward the Summit"),
        ("Capai tingkat {n}.", "Reach level {n}."),
    ),
    _badge(
        "suara",
        Measure.REVIEWS,
        (1,),
        ("Suara Pertama", "First Voice"),
        ("Tulis ulasan pertamamu.", "Write your first review."),
    ),
    _badge(
        "pengulas",
        Measure.REVIEWS,
        (3, 8, 15),
        ("Pengulas", "Reviewer"),
        ("Tulis ulasan untuk {n} kursus.", "Review {n} courses."),
    ),
    _badge(
        "misi_pertama",
        Measure.QUESTS,
        (1,),
        ("Misi Pertama", "First Quest"),
        ("Selesaikan misi pertamamu.", "Complete your first quest."),
    ),
    _badge(
        "petualang",
        Measure.QUESTS,
        (10, 50, 150),
        ("Petualang", "Adventurer"),
        ("Selesaikan {n} misi.", "Complete {n} quests."),
    ),
)
