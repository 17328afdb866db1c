"""The parts of benchmarks/compare. Nothing but Python's own library."""
