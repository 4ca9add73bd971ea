"""The connector before a real Tryton: never a pretended one."""
