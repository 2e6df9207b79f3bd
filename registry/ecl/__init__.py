"""Expression constraints of SNOMED CT (ECL 2.3): parser, printer and check.

Independent of where content is stored. Grammar: https://github.com/IHTSDO/snomed-expression-constraint-language
"""

from __future__ import annotations

from registry.ecl.checking import EclCheck, EclProblem, check
from registry.ecl.parser import parse
from registry.ecl.printer import write

__all__ = ["EclCheck", "EclProblem", "check", "parse", "write"]
