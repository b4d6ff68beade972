"""Rules for unlocking as JSON shows them; `domain.learning.unlocking` says what they mean."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec


class AfterPreviousRule(msgspec.Struct, frozen=True, tag_field="rule", tag="after_previous"):
    pass


class AfterLessonRule(msgspec.Struct, frozen=True, tag_field="rule", tag="after_lesson"):
    lesson_id: UUID


class AfterModuleRule(msgspec.Struct, frozen=True, tag_field="rule", tag="after_module"):
    module_id: UUID


class MinimumScoreRule(msgspec.Struct, frozen=True, tag_field="rule", tag="minimum_score"):
    lesson_id: UUID
    percent: int


class NotBeforeRule(msgspec.Struct, frozen=True, tag_field="rule", tag="not_before"):
    at: datetime


RuleView: TypeAlias = AfterPreviousRule | AfterLessonRule | AfterModuleRule | MinimumScoreRule | NotBeforeRule
