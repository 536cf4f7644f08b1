"""The measurements: python -m bench beside nginx, python -m bench.compare beside a revision."""
