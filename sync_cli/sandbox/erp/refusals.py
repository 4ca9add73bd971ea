"""What the ERP answers when it refuses: one item, or a whole request."""

from __future__ import annotations

from typing import Any


class ItemError(Exception):
    """One item of a batch is refused; `facts` are further members of its error object."""

    def __init__(self, code: str, message: str, field: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.facts = facts

    def as_json(self) -> dict[str, Any]:
        """The error object of the API: code, message, field, and the facts."""
        return {"code": self.code, "message": str(self), "field": self.field, **self.facts}


class RequestError(ItemError):
    """The whole request is refused with this HTTP status."""

    def __init__(
        self, status: int, code: str, message: str, field: str | None = None, **facts: Any
    ) -> None:
        super().__init__(code, message, field, **facts)
        self.status = status
