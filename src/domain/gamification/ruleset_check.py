"""What a ruleset's document has to be: all that is wrong with it, at once, before anything is stored."""

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from domain.gamification.badges import Measure, Tier
from domain.gamification.deeds import QUEST_COMPLETED, RULES
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_document import LANGUAGES, LEAGUES, PERCENTS, ruleset_of
from domain.gamification.ruleset_form import Place
from domain.shared.errors import FieldError, Invalid

LARGEST_PRICE = 10_000
LARGEST_SUM = 1_000_000_000
MOST_QUESTS = 100
MOST_BADGES = 300
NAME_LENGTH = 100
DESCRIPTION_LENGTH = 300
STEEPEST = 10
FACTOR = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?|[0-9]{1,4}/[0-9]{1,3}")
# A quest that counted quests could only be won by the next deed.
COUNTED = tuple(rule for rule in RULES if rule != QUEST_COMPLETED)


class RulesetInvalid(Invalid):
    code = "ruleset.invalid"


def checked_ruleset(version: int, document: Any, *, pointer: str = "") -> Ruleset:
    """The ruleset that a document describes; `pointer` is where the document itself stands.

    Raises:
        RulesetInvalid: with one error for each thing that is wrong.
    """
    errors = document_errors(document, pointer=pointer)
    if errors:
        raise RulesetInvalid("The ruleset breaks a rule for rulesets.", errors=errors)
    return ruleset_of(version, document)


def document_errors(document: Any, *, pointer: str = "") -> list[FieldError]:
    whole = Place(document, pointer)
    parts = whole.fields("prices", "quizzes", "limits", "levels", "streak", "quests", "leagues", "badges")
    _prices(parts["prices"])
    _quizzes(parts["quizzes"])
    _limits(parts["limits"])
    _levels(parts["levels"])
    _streak(parts["streak"])
    _quests(parts["quests"])
    _leagues(parts["leagues"])
    _badges(parts["badges"])
    return whole.errors


def _prices(place: Place) -> None:
    for price in _by_name(place, RULES, "rule.unknown").values():
        price.whole(0, LARGEST_PRICE)


def _quizzes(place: Place) -> None:
    percents = [(each, each.whole(0, 100)) for each in place.fields(*PERCENTS).values()]
    _rising(percents, "percents.order", "is below the one before", may_equal=True)


def _limits(place: Place) -> None:
    fields = place.fields("halved_from", "refused_from", "exempt", "cooldown")
    bounds = [(fields[name], fields[name].whole(0, LARGEST_SUM)) for name in ("halved_from", "refused_from")]
    _rising(bounds, "limits.order", "is below halved_from", may_equal=True)
    exempt = fields["exempt"].items(most=len(RULES))
    _single(((each, each.one_of(RULES, "rule.unknown")) for each in exempt), "rule.repeated")
    cooldown = fields["cooldown"].fields("completions", "window_seconds")
    cooldown["completions"].whole(1, 100)
    cooldown["window_seconds"].whole(1, 24 * 3600)


def _levels(place: Place) -> None:
    fields = place.fields("base", "factor")
    base = fields["base"].whole(-LARGEST_SUM, LARGEST_SUM)
    if base is not None and base < 1:
        fields["base"].note("levels.falling", "is less than 1: a level would begin where the one before does")
    text = fields["factor"].text(most=20)
    if text is None:
        return
    if not FACTOR.fullmatch(text) or text.endswith(("/0", "/00", "/000")):
        fields["factor"].note("invalid", 'is no factor: write "1.3", with at most three decimals, or "4/3"')
    elif Fraction(text) < 1:
        fields["factor"].note("levels.falling", "is less than 1: each level would take less than the one before")
    elif Fraction(text) > STEEPEST:
        fields["factor"].note("number.out_of_range", f"is more than {STEEPEST}")


def _streak(place: Place) -> None:
    fields = place.fields("days_per_freeze", "most_freezes")
    fields["days_per_freeze"].whole(1, 365)
    fields["most_freezes"].whole(0, 100)


def _quests(place: Place) -> None:
    fields = place.fields("daily", "pool", "weekly")
    _weekly(fields["weekly"])
    daily = fields["daily"].whole(0, 10)
    pool = [each.fields("key", "rule", "target", "names") for each in fields["pool"].items(most=MOST_QUESTS)]
    rules = [quest["rule"].one_of(COUNTED, "rule.unknown") for quest in pool]
    _single(((quest["key"], quest["key"].key()) for quest in pool), "key.repeated")
    for quest in pool:
        quest["target"].whole(1, 1000)
        _texts(quest["names"], NAME_LENGTH)
    # A learner's quests of a day are of different rules.
    if daily is not None and None not in rules and len(set(rules)) < daily:
        fields["pool"].note("quests.too_few", f"has quests of {len(set(rules))} rules, fewer than there are on a day")


def _weekly(place: Place) -> None:
    fields = place.fields("target", "percent", "smallest", "names")
    fields["target"].whole(1, 1000)
    fields["percent"].whole(1, 100)
    fields["smallest"].whole(1, 1000)
    _texts(fields["names"], NAME_LENGTH)


def _leagues(place: Place) -> None:
    fields = place.fields(*LEAGUES)
    size = fields["group_size"].whole(2, 1000)
    smallest = fields["smallest"].whole(2, 1000)
    if size is not None and smallest is not None and smallest > size:
        fields["smallest"].note("leagues.order", "is above group_size: no group would move anybody")
    # Who goes up and who goes down are never the same ones.
    fields["promoted_of"].whole(2, 1000)
    fields["demoted_of"].whole(2, 1000)


def _badges(place: Place) -> None:
    found = place.items(most=MOST_BADGES)
    badges = [each.fields("key", "measure", "thresholds", "names", "descriptions") for each in found]
    _single(((badge["key"], badge["key"].key()) for badge in badges), "key.repeated")
    for badge in badges:
        badge["measure"].one_of([each.value for each in Measure], "measure.unknown")
        _thresholds(badge["thresholds"])
        _texts(badge["names"], NAME_LENGTH)
        _texts(badge["descriptions"], DESCRIPTION_LENGTH)


def _thresholds(place: Place) -> None:
    tiers = [tier.value for tier in Tier]
    given = place.entries()
    for name in sorted(given.keys() - set(tiers)):
        given[name].note("tier.unknown", f"is none of {', '.join(tiers)}")
    if isinstance(place.value, Mapping) and not given.keys() & set(tiers):
        place.note("tiers.none", "has no tier")
    rising = [(given[tier], given[tier].whole(1, LARGEST_SUM)) for tier in tiers if tier in given]
    _rising(rising, "tiers.order", "is not above the tier before")


def _texts(place: Place, length: int) -> None:
    for text in _by_name(place, LANGUAGES, "language.unknown", missing="language.missing").values():
        text.text(most=length)


def _by_name(place: Place, names: Iterable[str], unknown: str, *, missing: str = "missing") -> dict[str, Place]:
    """Those with these names, of an object that is to have each of them and no others."""
    given, wanted = place.entries(), list(names)
    for name in sorted(given.keys() - set(wanted)):
        given[name].note(unknown, f"is none of {', '.join(wanted)}")
    for name in wanted:
        if name not in given and isinstance(place.value, Mapping):
            place.errors.append(FieldError(f"{place.pointer}/{name}", missing, "is missing"))
    return {name: given[name] for name in wanted if name in given}


def _rising(numbers: list[tuple[Place, int | None]], code: str, detail: str, *, may_equal: bool = False) -> None:
    before: int | None = None
    for place, number in numbers:
        if number is not None and before is not None and (number < before or (number == before and not may_equal)):
            place.note(code, detail)
        before = number if number is not None else before


def _single(keys: Iterable[tuple[Place, str | None]], code: str) -> None:
    seen: set[str] = set()
    for place, key in keys:
        if key in seen:
            place.note(code, "is there twice")
        if key is not None:
            seen.add(key)
