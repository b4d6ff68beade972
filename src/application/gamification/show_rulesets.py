import msgspec

from application.gamification.ruleset_queries import RulesetQueries, RulesetQuestion
from application.gamification.ruleset_views import RulesetPage, RulesetView, encoded_ruleset
from application.shared.encoded import Encoded, content_tag
from application.shared.page import decode_cursor, encode_cursor


class ShowRulesets:
    def __init__(self, queries: RulesetQueries) -> None:
        self._queries = queries

    async def page(self, question: RulesetQuestion) -> Encoded[RulesetPage]:
        """Newest first, the built-in one last. Raises CursorInvalid."""
        below = None
        if question.cursor is not None:
            [below] = decode_cursor("rulesets", question.cursor, tuple[int])
        assert below is None or isinstance(below, int), "as decoded"
        found = await self._queries.newest_first(below=below, limit=question.limit + 1)
        shown = found[: question.limit]
        cursor = encode_cursor("rulesets", (shown[-1].version,)) if len(found) > len(shown) else None
        body = msgspec.json.encode(RulesetPage(shown, cursor))
        return Encoded(body, content_tag(body))

    async def one(self, version: int) -> Encoded[RulesetView]:
        """Raises RulesetNotFound."""
        edition, in_force = await self._queries.one(version)
        return encoded_ruleset(edition, in_force=in_force)
