from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.postgres.tables.metadata import metadata

_GRANTED = text("decision = 'granted'")

# Append-only, which a trigger keeps: each decision stays as it was made. A learner who has entries can't be deleted.
xp_ledger = Table(
    "xp_ledger",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("rule", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="RESTRICT")),
    Column("decision", Text, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("reason", Text),
    Column("eligible_at", DateTime(timezone=True)),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("local_date", Date, nullable=False),
    Column("ruleset", Integer, nullable=False),
    Column("by", Uuid, ForeignKey("users.id", ondelete="RESTRICT")),
    Column("note", Text),
    CheckConstraint(
        "decision IN ('granted', 'duplicate', 'capped', 'cooldown', 'ineligible', 'corrected')", name="decision"
    ),
    CheckConstraint(
        "CASE decision WHEN 'granted' THEN amount >= 0 WHEN 'corrected' THEN true ELSE amount = 0 END", name="amount"
    ),
    CheckConstraint("(decision = 'corrected') = (note IS NOT NULL)", name="correction"),
)
# Exactly once: an item is paid by a rule to a learner once, whoever tries.
Index(
    "uq_xp_ledger_paid",
    xp_ledger.c.user_id,
    xp_ledger.c.source,
    xp_ledger.c.rule,
    unique=True,
    postgresql_where=_GRANTED,
)
# Two who write for one learner at the same time can't both count on: one of them would lose the other's XP.
Index("uq_xp_ledger_number", xp_ledger.c.user_id, xp_ledger.c.number, unique=True)
# What was learned in a course in a week, and whether a course has a history at all.
Index("ix_xp_ledger_course_id", xp_ledger.c.course_id, xp_ledger.c.at)
# What was decided about an item, refusals included.
Index("ix_xp_ledger_item", xp_ledger.c.user_id, xp_ledger.c.source)

# What follows from the ledger and the active days, a row a learner, which is locked by whoever adds to them.
players = Table(
    "players",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True),
    Column("entries", Integer, nullable=False, server_default=text("0")),
    Column("xp", Integer, nullable=False, server_default=text("0")),
    Column("reached_at", DateTime(timezone=True)),
    Column("tallies", JSONB, nullable=False, server_default=text("'{}'")),
    Column("streak_length", Integer, nullable=False, server_default=text("0")),
    Column("streak_longest", Integer, nullable=False, server_default=text("0")),
    Column("streak_freezes", Integer, nullable=False, server_default=text("0")),
    Column("streak_frozen_days", Integer, nullable=False, server_default=text("0")),
    Column("streak_last_day", Date),
    Column("day", Date),
    Column("day_xp", Integer, nullable=False, server_default=text("0")),
    Column("day_tallies", JSONB, nullable=False, server_default=text("'{}'")),
    Column("recent", ARRAY(DateTime(timezone=True)), nullable=False, server_default=text("'{}'")),
    Column("badges", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("version", Integer, nullable=False, server_default=text("1")),
)
Index("ix_players_rank", players.c.xp.desc(), players.c.reached_at, players.c.user_id)

active_days = Table(
    "active_days",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ruleset", Integer, nullable=False, server_default=text("1")),
)

badge_awards = Table(
    "badge_awards",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    Column("badge", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("ruleset", Integer, nullable=False),
    Column("awarded_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_reason", Text),
    CheckConstraint("tier IN ('bronze', 'silver', 'gold')", name="tier"),
    CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revocation"),
)
Index(
    "uq_badge_awards_held",
    badge_awards.c.user_id,
    badge_awards.c.badge,
    badge_awards.c.tier,
    unique=True,
    postgresql_where=badge_awards.c.revoked_at.is_(None),
)

# What was earned in a week (its Monday, in Asia/Jakarta) and in a course: sums over the ledger, for the leaderboards.
week_scores = Table(
    "week_scores",
    metadata,
    Column("week", Date, primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True),
    Column("xp", Integer, nullable=False),
    Column("reached_at", DateTime(timezone=True), nullable=False),
)
Index(
    "ix_week_scores_rank", week_scores.c.week, week_scores.c.xp.desc(), week_scores.c.reached_at, week_scores.c.user_id
)
Index("ix_week_scores_user_id", week_scores.c.user_id)

course_scores = Table(
    "course_scores",
    metadata,
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="RESTRICT"), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True),
    Column("xp", Integer, nullable=False),
    Column("reached_at", DateTime(timezone=True), nullable=False),
)
Index(
    "ix_course_scores_rank",
    course_scores.c.course_id,
    course_scores.c.xp.desc(),
    course_scores.c.reached_at,
    course_scores.c.user_id,
)
Index("ix_course_scores_user_id", course_scores.c.user_id)

# What each nightly verification of the ledger has found.
ledger_checks = Table(
    "ledger_checks",
    metadata,
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("players", Integer, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("drifts", Integer, nullable=False),
)

league_groups = Table(
    "league_groups",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("week", Date, nullable=False),
    Column("tier", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("tier >= 1", name="tier"),
)
Index("ix_league_groups_open", league_groups.c.week, postgresql_where=league_groups.c.closed_at.is_(None))

# Where somebody raced in a week; `rank` and `movement` are known once their group is closed.
league_members = Table(
    "league_members",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True),
    Column("week", Date, primary_key=True),
    Column("group_id", Uuid, ForeignKey("league_groups.id", ondelete="RESTRICT"), nullable=False),
    Column("rank", Integer),
    Column("movement", Text),
    CheckConstraint("movement IN ('promoted', 'stayed', 'demoted')", name="movement"),
    CheckConstraint("(rank IS NULL) = (movement IS NULL)", name="finish"),
)
Index("ix_league_members_group_id", league_members.c.group_id)

# How a class's week ended, once it was closed; whoever has won was paid before.
class_quests = Table(
    "class_quests",
    metadata,
    Column("course_id", Uuid, ForeignKey("courses.id", ondelete="RESTRICT"), primary_key=True),
    Column("week", Date, primary_key=True),
    Column("members", Integer, nullable=False),
    Column("reached", Integer, nullable=False),
    Column("is_won", Boolean, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
)

# What is told to whoever watches, written with what it tells of: a learner's are in the order of their numbers, which
# are drawn under the lock of the player. `xact` is the transaction that wrote it: whoever reads on from the oldest one
# that still runs misses nothing. `body` is JSON, to be sent as it is. No foreign key: it is kept for days, and holds
# nobody up.
outbox = Table(
    "outbox",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(), primary_key=True),
    Column("xact", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
Index("ix_outbox_xact", outbox.c.xact)
# Rows come in the order of their times: a summary of each range of pages is enough to find the old ones.
Index("ix_outbox_at", outbox.c.at, postgresql_using="brin")

free_days = Table(
    "free_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", Text, nullable=False),
)

# Those that admins have written: version 1 is built into the code, and in no table. A trigger keeps what is published.
rulesets = Table(
    "rulesets",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_by", Uuid, ForeignKey("users.id", ondelete="RESTRICT")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("published_by", Uuid, ForeignKey("users.id", ondelete="RESTRICT")),
    Column("published_at", DateTime(timezone=True)),
    Column("revision", Integer, nullable=False),
    CheckConstraint("version > 1", name="version"),
    CheckConstraint("status IN ('draft', 'published')", name="status"),
    CheckConstraint("(status = 'published') = (published_at IS NOT NULL)", name="publication"),
)
