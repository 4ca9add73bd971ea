"""Reading and writing records of any model, as a user with a context sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sync_cli.sandbox.odoo.computed import Computed
from sync_cli.sandbox.odoo.domain import Domain
from sync_cli.sandbox.odoo.refusals import ValidationError, ValueFault, no_right
from sync_cli.sandbox.odoo.rights import User, groups_of
from sync_cli.sandbox.odoo.schema import MODELS, Field
from sync_cli.sandbox.odoo.store import OdooStore, Row
from sync_cli.sandbox.odoo.values import number, shown, stored

_LISTS = ("many2many", "one2many")
_CREATE, _UPDATE, _LINK, _SET = 0, 1, 4, 6
_CLOSED = {"product.product": ("stock.valuation.layer", "Stock Valuation Layer")}
"""Models some of whose fields show another model that few users may read (recording 120)."""


Values = Mapping[str, Any]


@dataclass(frozen=True)
class Rules:
    """What a model does when a record of it is made or changed.

    `completed` adds what a new record has besides what it was given, `changed` what a change
    brings along, `made` is called with the id of a new record.
    """

    completed: Callable[[Records, Values], Values] = field(default=lambda _records, values: values)
    changed: Callable[[Records, int, Values], Values] = field(
        default=lambda _records, _id, values: values
    )
    made: Callable[[Records, int], None] = field(default=lambda _records, _id: None)


RULES: dict[str, Rules] = {}
"""By model; filled by the module that knows its business."""


@dataclass(frozen=True)
class Records:
    """All models of one store for one user in one context."""

    store: OdooStore
    user: User
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def computed(self) -> Computed:
        """The computed fields in this context."""
        return Computed(self.store, self.context)

    def allow(self, model: str, operation: str) -> None:
        """Raise AccessError if the user may not do this to any record of the model."""
        if not self.user.may(model, operation):
            raise no_right(operation, MODELS[model].label, model, groups_of(model, operation))

    def value(self, model: str, id_: int, name: str) -> Any:
        """The plain value of a field of a record, computed and inherited ones too."""
        field = MODELS[model].fields[name]
        row = self.store.row(model, id_)
        if field.via:
            return self.value("product.template", row[field.via], name)
        if field.kind == "one2many":
            rows = self.store.where(field.relation, field.inverse, id_)
            return [row["id"] for row in sorted(rows, key=_place(field.relation))]
        if field.computed:
            return self.computed.value(model, row, name)
        return row.get(name)

    def search(self, model: str, terms: Sequence[Any], *, order: str = "", offset: int = 0,
               limit: int | None = None) -> list[int]:  # fmt: skip
        """The ids in a domain; archived records are left out unless it names `active` (043)."""
        self.allow(model, "read")
        domain = Domain(model, terms, self.value)
        domain.check()
        live = "active" in MODELS[model].fields and self.context.get("active_test", True)
        only_live = live and not domain.names("active")
        table = self.store.table(model)
        ids = [i for i in table if (not only_live or table[i]["active"]) and domain.holds(i)]
        ids = self._sorted(model, ids, order)
        return ids[offset : offset + limit if limit else None]

    def _sorted(self, model: str, ids: Iterable[int], order: str) -> list[int]:
        found = sorted(ids)
        for part in reversed([part.split() for part in (order or "id").split(",")]):
            name, down = part[0], part[-1] == "desc"
            if name not in MODELS[model].fields:
                raise ValueFault(f"Invalid field '{name}' on model '{model}'")
            if not MODELS[model].fields[name].computed:
                found.sort(key=lambda id_: self._key(model, id_, name), reverse=down)
        return found

    def _key(self, model: str, id_: int, name: str) -> tuple[bool, Any]:
        value = self.value(model, id_, name)
        return (value is not None, value if value is not None else 0)

    def read(self, model: str, ids: Sequence[int], names: Sequence[str] | None) -> list[Row]:
        """The rows as JSON; ids that do not exist are missing from the result (017)."""
        self.allow(model, "read")
        for name in names or ():
            if name not in MODELS[model].fields:
                raise ValueFault(f"Invalid field '{name}' on model '{model}'")
        if not names and model in _CLOSED and not self.user.is_admin:
            other, label = _CLOSED[model]
            raise no_right("read", label, other, ("Inventory/Administrator",))
        wanted = list(names or MODELS[model].fields)
        table = self.store.table(model)
        return [self._shown(model, id_, wanted) for id_ in ids if id_ in table]

    def _shown(self, model: str, id_: int, names: Sequence[str]) -> Row:
        fields = MODELS[model].fields
        row: Row = {"id": id_}
        computed: Row = {}
        if any(fields[name].computed for name in names):
            computed = self.computed.all(model, self.store.row(model, id_))
        for name in names:
            known = fields[name].computed
            value = computed[name] if known else self.value(model, id_, name)
            row[name] = self._json(fields[name], value)
        return row

    def _json(self, field: Field, value: Any) -> Any:
        if field.kind in _LISTS:
            return list(value or ())
        if field.kind == "many2one":
            return [value, self.label(field.relation, value)] if value else False
        return shown(field, value)

    def label(self, model: str, id_: int) -> str:
        """How a record is shown where another one names it."""
        row = self.store.row(model, id_)
        if model == "product.product":
            return str(self.value(model, id_, "display_name"))
        if model == "product.template":
            return self._label_of_template(row)
        if model == "res.partner" and row["parent_id"]:
            return f"{self.label(model, row['parent_id'])}, {row['name'] or ''}"
        if model == "product.pricelist":
            return f"{row['name']} ({self.label('res.currency', row['currency_id'])})"
        if model == "account.move" and row["ref"]:
            return f"{row['name']} ({row['ref']})"
        return str(row.get("name") or f"{model},{id_}")

    def _label_of_template(self, row: Row) -> str:
        """With the code where it has one variant, which is then its own (020)."""
        variants = self.store.where("product.product", "product_tmpl_id", row["id"])
        code = variants[0]["default_code"] if len(variants) == 1 else None
        return f"[{code}] {row['name']}" if code else str(row["name"])

    def read_group(self, model: str, terms: Sequence[Any], fields: Sequence[str],
                   groupby: Sequence[str], *, lazy: bool = True) -> list[Row]:  # fmt: skip
        """Sums by groups; a computed field cannot be grouped by (027)."""
        names = [groupby] if isinstance(groupby, str) else list(groupby)
        for name in names:
            field = MODELS[model].fields.get(name)
            if field is None or field.computed:
                raise ValueFault(f"Cannot convert field {model}.{name} to SQL")
        groups: dict[tuple[Any, ...], list[int]] = {}
        for id_ in self.search(model, terms):
            key = tuple(self.value(model, id_, name) for name in names)
            groups.setdefault(key, []).append(id_)
        sums = [field.partition(":")[0] for field in fields if field.endswith(":sum")]
        return [
            self._group(model, terms, dict(zip(names, key, strict=True)), ids, sums, lazy=lazy)
            for key, ids in sorted(groups.items(), key=lambda item: str(item[0]))
        ]

    def _group(self, model: str, terms: Sequence[Any], key: Mapping[str, Any],
               ids: Sequence[int], sums: Sequence[str], *, lazy: bool) -> Row:  # fmt: skip
        fields = MODELS[model].fields
        count = f"{next(iter(key))}_count" if lazy else "__count"
        row: Row = {name: self._json(fields[name], value) for name, value in key.items()}
        row[count] = len(ids)
        for name in sums:
            total = sum((number(self.value(model, id_, name)) for id_ in ids), Decimal(0))
            row[name] = float(total)
        leaves = [[name, "=", value] for name, value in key.items()]
        row["__domain"] = [*["&"] * (len(terms) + len(leaves) - 1), *terms, *leaves]
        return row

    def plain(self, model: str, values: Mapping[str, Any]) -> tuple[Row, Row]:
        """JSON values as a row holds them, and the commands for lines apart.

        Raises ValueFault for a field that does not exist.
        """
        row: Row = {}
        commands: Row = {}
        for name, value in values.items():
            field = MODELS[model].fields.get(name)
            if field is None:
                raise ValueFault(f"Invalid field '{name}' on model '{model}'")
            if field.kind == "one2many":
                commands[name] = value
            elif field.kind == "many2many":
                row[name] = _linked(value)
            elif not field.computed:
                row[name] = stored(field, value)
        return row, commands

    def create(self, model: str, values: Values) -> int:
        """A new record by the rules of its model. Raises ValidationError, MissingError."""
        rules = RULES.get(model, _NO_RULES)
        id_ = self.insert(model, rules.completed(self, values))
        rules.made(self, id_)
        return id_

    def write(self, model: str, id_: int, values: Values, *, whole: bool = False) -> None:
        """Change one record by the rules of its model; `whole` claims that all of it is sent."""
        rules = RULES.get(model, _NO_RULES)
        self.update(model, id_, values if whole else rules.changed(self, id_, values))

    def insert(self, model: str, values: Mapping[str, Any]) -> int:
        """A new record of JSON values with its lines. Raises ValidationError, MissingError."""
        row, commands = self.plain(model, values)
        inherited = {n: v for n, v in row.items() if MODELS[model].fields[n].via}
        if inherited:
            own = {"uom_id": 1, "type": "consu", "sale_ok": True, **inherited}
            row["product_tmpl_id"] = self.store.insert("product.template", own)
            row = {name: value for name, value in row.items() if name not in inherited}
        self._related(model, row)
        self.require(model, row)
        id_ = self.store.insert(model, row)
        self._command(model, id_, commands)
        return id_

    def update(self, model: str, id_: int, values: Mapping[str, Any]) -> None:
        """Write JSON values to a record and its lines."""
        row, commands = self.plain(model, values)
        self._related(model, row)
        self._keep_filled(model, row)
        self.store.change(model, id_, row)
        self._command(model, id_, commands)

    def require(self, model: str, row: Mapping[str, Any]) -> None:
        """Raise ValidationError for a field that must be filled."""
        if model == "res.partner" and not row.get("name"):
            raise ValidationError("The operation cannot be completed: Contacts require a name")
        for name, each in MODELS[model].fields.items():
            if each.required and not row.get(name):
                raise ValidationError(f"Missing required value for the field '{name}'")

    def _keep_filled(self, model: str, row: Values) -> None:
        """A change must not empty what must be filled."""
        if model == "res.partner" and "name" in row and not row["name"]:
            raise ValidationError("The operation cannot be completed: Contacts require a name")

    def _related(self, model: str, row: Mapping[str, Any]) -> None:
        for name, value in row.items():
            field = MODELS[model].fields[name]
            if field.kind == "many2one" and value:
                self.store.row(field.relation, value)
            if field.kind == "many2many":
                for each in value:
                    self.store.row(field.relation, each)

    def _command(self, model: str, id_: int, commands: Mapping[str, Any]) -> None:
        """The commands for lines: [0, 0, values] makes one, [1, id, values] changes one."""
        for name, given in commands.items():
            field = MODELS[model].fields[name]
            for command in given or ():
                if command[0] == _CREATE:
                    self.create(field.relation, {**command[2], field.inverse: id_})
                elif command[0] == _UPDATE:
                    self.write(field.relation, command[1], command[2])


_NO_RULES = Rules()


def _place(model: str) -> Callable[[Row], tuple[int, int]]:
    """Where a record stands among its like: lines by sequence, deliveries the newest first."""
    if model in ("stock.picking", "account.move"):
        return lambda row: (0, -row["id"])
    return lambda row: (row.get("sequence") or 0, row["id"])


def _linked(value: Any) -> list[int]:
    """Ids of a relation to many: plain, or as commands to set or to link them."""
    ids: list[int] = []
    for command in value or ():
        if isinstance(command, int):
            ids.append(command)
        elif command[0] == _SET:
            ids = list(command[2])
        elif command[0] == _LINK:
            ids.append(command[1])
    return ids
