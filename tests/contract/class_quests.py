from adapters.memory.class_quests import MemoryClassQuestQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.class_quests import PostgresClassQuestQueries
from application.gamification.class_quest_ports import ClassQuestQueries
from tests.contract.conftest import Persistence


def class_quest_queries(persistence: Persistence) -> ClassQuestQueries:
    if isinstance(persistence.place, MemoryStore):
        return MemoryClassQuestQueries(persistence.place.committed)
    return PostgresClassQuestQueries(persistence.place)
