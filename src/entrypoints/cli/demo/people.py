"""The demo's people: names as they are found between Sabang and Merauke, and what kind of learners they are."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from domain.identity.profile import Profile, Role, SourceMark
from domain.identity.user import User
from domain.shared.ids import UserId

LECTURERS = ("Ratna Wulandari", "Bambang Setiawan", "Made Suryani", "Frans Tahalele")


def _words(text: str) -> list[str]:
    return text.split()


_GIVEN = _words(
    "Adi Agus Aisyah Andi Anisa Arief Asep Ayu Bagas Bayu Budi Cahya Citra Danu Dewi Dian Dimas Dwi Eka Elisa "
    "Endah Fajar Farhan Fitri Galih Gita Hadi Hana Hendra Ika Indah Indra Intan Irfan Joko Kartika Ketut Kirana "
    "Komang Laras Lestari Lukman Made Maria Mega Melati Nadia Nanda Ningsih Nur Nyoman Okta Pande Putri Putu "
    "Rahmat Rani Ratih Reza Rina Rizki Sari Satria Sekar Sinta Siti Sri Surya Taufik Teguh Tiara Tri Umar Utami "
    "Vina Wahyu Wawan Wayan Wulan Yanti Yoga Yohanes Yulia Zahra Zaki "
)
_FAMILY = _words(
    "Abdullah Alatas Amalia Anggraini Ardiansyah Baskoro Daulay Firmansyah Ginting Gunawan Hakim Handayani "
    "Harahap Hasibuan Hidayat Iskandar Kurniawan Kusuma Latuconsina Lubis Maharani Mahendra Manullang Maulana "
    "Mokoginta Nasution Nugroho Pangestu Permata Pratama Purnomo Rahayu Rumbiak Saputra Setiawan Siahaan "
    "Sihombing Simatupang Siregar Situmorang Suharto Sulistyo Susanto Syahputra Tambunan Tanjung Utomo Wibowo "
    "Widodo Wijaya Yuliani Yusuf "
)
# Three zones; most people live in the western one.
_ZONES = {"Asia/Jakarta": 8, "Asia/Makassar": 2, "Asia/Jayapura": 1}


@dataclass(frozen=True, slots=True)
class Learner:
    """`ability` is on the scale of the questions' difficulty (logits); `diligence` is the chance to study on a day.

    `stamina` is the chance to go on with a course after a day of study; `evening` is when they sit down, in UTC hours.
    """

    user: User
    ability: float
    diligence: float
    stamina: float
    evening: float


def clerk_id(seed: int, kind: str, number: int) -> str:
    return f"user_demo{seed}{kind}{number}"


def lecturer(number: int, *, seed: int, new_id: UUID, at: datetime) -> User:
    return _user(LECTURERS[number], clerk_id(seed, "dosen", number), Role.DOSEN, UserId(new_id), at)


def learner(number: int, chance: random.Random, *, seed: int, new_id: UUID, at: datetime) -> Learner:
    """Everything about them follows from the number and the chance given."""
    name = f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"
    joined = at - timedelta(days=chance.uniform(20, 120))
    user = _user(name, clerk_id(seed, "mahasiswa", number), Role.MAHASISWA, UserId(new_id), joined)
    user.time_zone = chance.choices(list(_ZONES), weights=list(_ZONES.values()))[0]
    diligence = chance.betavariate(2, 4)
    return Learner(
        user=user,
        # Who studies more knows a little more, and some just know.
        ability=chance.gauss(0.4 + diligence, 0.9),
        diligence=0.08 + 0.6 * diligence,
        stamina=0.55 + 0.42 * chance.betavariate(2.2, 1.6),
        evening=chance.gauss(13, 1.8),
    )


def _user(name: str, subject: str, role: Role, user_id: UserId, at: datetime) -> User:
    user = User.provisioned(user_id, clerk_id=subject, at=at)
    email = f"{name.lower().replace(' ', '.')}.{subject.removeprefix('user_demo')}@tekun.example"
    mark = SourceMark(at, sha256(subject.encode()).hexdigest())
    user.follow(
        Profile(
            clerk_id=subject, name=name, email=email, email_verified=True, role=role, suspended=False, created_at=at,
            mark=mark,
        ),
        at=at,
    )  # fmt: skip
    return user
