"""Disclosure control: what of the exact figures may leave the warehouse, and how it is rounded."""

from exports.protection.checks import protected_checks
from exports.protection.figures import PROTECTED_NUMBERS, protected_figures
from exports.protection.rounding import MINIMUM_COUNT

__all__ = ["MINIMUM_COUNT", "PROTECTED_NUMBERS", "protected_checks", "protected_figures"]
