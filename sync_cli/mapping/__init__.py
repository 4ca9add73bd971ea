"""Field rules in YAML between a system's JSON and the canonical model: pure, no system is asked."""

from sync_cli.mapping.entity import EntityMapping, load_mapping, parse_mapping
from sync_cli.mapping.errors import Fault, MappingErrors, Unreadable, Unresolved
from sync_cli.mapping.mapping_set import MappingSet, load_mappings
from sync_cli.mapping.rules import Rule

__all__ = [
    "EntityMapping",
    "Fault",
    "MappingErrors",
    "MappingSet",
    "Rule",
    "Unreadable",
    "Unresolved",
    "load_mapping",
    "load_mappings",
    "parse_mapping",
]
