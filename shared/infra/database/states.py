"""Models as the migrations before leave them, each made when an operation asks for it.

Tortoise makes nearly all models anew after each operation, as each is related to every other. An
operation asks for the model of its own table alone, and that needs those that it points at for
their keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.fields.relational import RelationalField
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tortoise import Model
    from tortoise.migrations.graph import MigrationGraph, MigrationKey

Key = tuple[str, str]  # app and model


def _targets(state: ModelState) -> Iterator[Key]:
    """What the model points at."""
    for field in state.fields.values():
        reference = getattr(field, "model_name", None)
        if isinstance(field, RelationalField) and isinstance(reference, str):
            app, _, name = reference.partition(".")
            yield app, name


class _Models(StateApps):
    """The models of a state, none of which is made yet."""

    def __init__(
        self, states: dict[Key, ModelState], default_connections: dict[str, str]
    ) -> None:
        super().__init__(default_connections)
        self._states = states
        self._made: dict[Key, type[Model]] = {}

    def forget(self) -> None:
        """The state has changed."""
        self._made.clear()

    def unregister_model(self, app_label: str, model_name: str) -> None:
        """Forget it with all others."""
        self.forget()

    def get_model(self, app_label: str, model_name: str | None = None) -> type[Model]:
        """The model as it stands now."""
        key = (
            self.split_reference(app_label)
            if model_name is None
            else (app_label, model_name)
        )
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]

    def _make(self, key: Key) -> type[Model]:
        near = StateApps(self._default_connections, self._connections)
        for app, name in {key, *_targets(self._states[key])}:
            near.register_model(app, self._states[app, name].render(near))
        near._init_relations()  # what the targets point at stays open
        return near.get_model(*key)


@dataclass
class LazyState(State):
    """Tortoise's state with such models."""

    @classmethod
    def of(
        cls, models: dict[Key, ModelState], default_connections: dict[str, str]
    ) -> LazyState:
        """The state in which the models are so."""
        return cls(models, _Models(models, default_connections))

    def reload_model(self, app_label: str, model_name: str) -> None:
        """Note that the state has changed."""
        self.reload_models([(app_label, model_name)])

    def reload_models(self, model_tuples: Iterable[Key]) -> None:
        """Note that the state has changed."""
        assert isinstance(self.apps, _Models)
        self.apps.forget()

    def validate_relations_initialized(self) -> None:
        """Raise RuntimeError when a model points at one that there is not."""
        for key, state in self.models.items():
            lost = set(_targets(state)) - self.models.keys()
            if lost:
                raise RuntimeError(f"{key} points at {lost}, which are not there.")

    def clone(self) -> LazyState:
        """A state of its own that is the same."""
        models = {key: model.clone() for key, model in self.models.items()}
        return self.of(models, self.apps._default_connections)


def after(
    graph: MigrationGraph,
    keys: Iterable[MigrationKey],
    default_connections: dict[str, str],
) -> LazyState:
    """The state after these migrations, in this order; no database is asked."""
    state = LazyState.of({}, default_connections)
    for key in keys:
        migration = graph.nodes[key]
        if migration is None:
            raise ValueError(f"The migration {key} is missing.")
        for operation in migration.operations:
            operation.state_forward(key.app_label, state)
    state.validate_relations_initialized()
    return state
