"""The catalogue of monster cases: what each file says, read and checked.

A case is a shop order as the shop stored it, what may happen to it afterwards, and what must be in
the ERP and in the shop in the end. The files are written for people; every amount in them is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sync_cli.core.errors import ConfigError
from sync_cli.mapping.errors import Fault
from sync_cli.mapping.located import Block, parse_yaml, plain

FOLDER = "cases"
NEAR = 5
"""So many names that are like a wrong one are told."""


class Section(BaseModel):
    """A part of a case; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Back(Section):
    """What the shop's order must say in the end; what is not named is not looked at.

    `document_state` is that of our metadata, `parcels` are the tracking numbers in the shop's
    metadata, `fulfillments` the parcels in the shop's own list: of each `number` and, by SKU,
    `pieces`. `notes` counts our private notes.
    """

    document_state: str | None = None
    status: str | None = None
    notes: int | None = None
    parcels: tuple[str, ...] | None = None
    fulfillments: tuple[Mapping[str, Any], ...] | None = None
    invoice: str | None = None


class Expect(Section):
    """What must be true; what is not named is not looked at.

    `documents` are all sales documents of the order in the ERP's own words, `credit_notes` those
    of its refunds, `payments` those of the order; of each only the fields that stand here are
    compared. `held` must stand in the
    sentence that the order is held with ("" claims that it is not held), `left_out` in the reason
    why it was left out. `customers` counts the ERP's customers, `writes` the effects on both
    sides since the last look.
    """

    documents: tuple[Mapping[str, Any], ...] | None = None
    credit_notes: tuple[Mapping[str, Any], ...] | None = None
    payments: tuple[Mapping[str, Any], ...] | None = None
    held: str | None = None
    left_out: str | None = None
    back: Back | None = None
    customers: int | None = None
    writes: int | None = None


class Done(Section):
    """An action of one side: its name and its arguments."""

    do: str
    with_: Mapping[str, Any] = Field(default_factory=dict, alias="with")


class Wrong(Section):
    """What goes wrong on the wire of one side until it is mended."""

    side: Literal["shop", "erp"]
    kind: str
    with_: Mapping[str, Any] = Field(default_factory=dict, alias="with")


class Step(Section):
    """One step of a case, exactly one of these.

    `run` is a command with the exit code that it must have, `plant` changes the order as it is
    stored, `shop` and `erp` are actions of people there, `fault` breaks the wire and `mended`
    repairs it, `later` lets hours pass for us, `expect` looks at both sides.
    """

    run: str | None = None
    exit: int = 0
    plant: Mapping[str, Any] | None = None
    shop: Done | None = None
    erp: Done | None = None
    fault: Wrong | None = None
    mended: bool = False
    later: bool = False
    expect: Expect | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Step:
        told = [self.run, self.plant, self.shop, self.erp, self.fault, self.expect]
        if sum(one is not None for one in told) + self.mended + self.later != 1:
            raise ValueError(
                "a step is exactly one of run, plant, shop, erp, fault, mended, later, expect"
            )
        return self


class Case(Section):
    """One case. `recordings` names the recorded orders of a real shop that it was taken from.

    Without `steps` the orders are run once, and end with 3 where the order is to be held. `others`
    are planted beside the order, `shop` holds settings of the shop, `articles` those that are no
    plain goods under their SKU. `settings` are parts of the configuration that the case needs, in
    place of the merchant's: `orders: {fraud_hold: ...}`.
    """

    name: str
    title: str
    about: str
    recordings: tuple[str, ...] = ()
    shop: Mapping[str, Any] = Field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    articles: tuple[Mapping[str, Any], ...] = ()
    order: Mapping[str, Any]
    others: tuple[Mapping[str, Any], ...] = ()
    steps: tuple[Step, ...] = ()
    expect: Expect | None = None

    def course(self) -> tuple[Step, ...]:
        """All steps, the last look among them."""
        held = self.expect is not None and bool(self.expect.held)
        steps = self.steps or (Step(run="orders", exit=3 if held else 0),)
        return steps if self.expect is None else (*steps, Step(expect=self.expect))

    def orders(self) -> tuple[Mapping[str, Any], ...]:
        """All orders that are planted."""
        return (self.order, *self.others)


def load_cases(folder: Path, names: Sequence[str] = ()) -> list[Case]:
    """The cases of a folder, or those named; raises ConfigError naming file and line."""
    paths = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    if not paths:
        raise ConfigError(f"There are no cases in {folder}.")
    for name in names:
        if name not in paths:
            raise ConfigError(
                f"There is no case {name!r}{_near(name, paths)}",
                f"Without a name all {len(paths)} are tried.",
            )
    return [_load(paths[name]) for name in names or paths]


def _near(name: str, known: Iterable[str]) -> str:
    """The end of a sentence: the few names that are like it; all of them would fill the screen."""
    words = sorted(known)
    like = [word for word in words if name in word] or get_close_matches(name, words, n=NEAR)
    more = ", ..." if len(like) > NEAR else ""
    return f"; did you mean {', '.join(map(repr, like[:NEAR]))}{more}?" if like else "."


def _load(path: Path) -> Case:
    faults: list[Fault] = []
    root = parse_yaml(path.read_text(encoding="utf-8"), path.name, faults)
    if not isinstance(root, Block) or faults:
        raise _refused(faults or [Fault(path.name, 1, "a case begins with `title:`")])
    try:
        return Case.model_validate({"name": path.stem, **plain(root)})
    except ValidationError as error:
        raise _refused(list(_faults(error, root, path.name))) from None


def _faults(error: ValidationError, root: Block, file: str) -> Iterator[Fault]:
    for found in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, found["loc"]))
        line = root.lines.get(str(found["loc"][0]), 1) if found["loc"] else 1
        yield Fault(file, line, f"{place}: {found['msg'].removeprefix('Value error, ')}")


def _refused(faults: Sequence[Fault]) -> ConfigError:
    lines = "\n".join(f"  {fault}" for fault in faults)
    return ConfigError(f"The case cannot be used:\n{lines}", "Correct these lines.")
