"""The errors of Odoo, each by the Python name that its clients decide by."""

from __future__ import annotations

GROUPS_HINT = "\n\nContact your administrator to request access if necessary."


class OdooError(Exception):
    """An error that a call is answered with; `name` as Odoo says it over JSON-RPC."""

    name = "builtins.Exception"

    @property
    def message(self) -> str:
        return str(self)


class AccessDenied(OdooError):
    """Wrong login or key."""

    name = "odoo.exceptions.AccessDenied"

    def __init__(self) -> None:
        super().__init__("Access Denied")


class AccessError(OdooError):
    """No right on a model."""

    name = "odoo.exceptions.AccessError"


class UserError(OdooError):
    """A rule of the business says no."""

    name = "odoo.exceptions.UserError"


class ValidationError(OdooError):
    """A value or a combination of values is not allowed."""

    name = "odoo.exceptions.ValidationError"


class MissingError(OdooError):
    """A record that is to be written is gone."""

    name = "odoo.exceptions.MissingError"


class ValueFault(OdooError):
    """A field that does not exist."""

    name = "builtins.ValueError"


class AttributeFault(OdooError):
    """A method that does not exist."""

    name = "builtins.AttributeError"


class NoDatabase(OdooError):
    """A database that does not exist."""

    name = "psycopg2.OperationalError"


_VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}


def no_right(operation: str, label: str, model: str, groups: tuple[str, ...]) -> AccessError:
    """The refusal of an operation on a whole model, with the groups that would have it."""
    listed = "".join(f"\n\t- {group}" for group in groups)
    return AccessError(
        f"You are not allowed to {_VERBS[operation]} '{label}' ({model}) records.\n\n"
        f"This operation is allowed for the following groups:{listed}{GROUPS_HINT}"
    )
