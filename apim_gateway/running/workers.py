"""Threads for what may take long, so that the streams of others go on meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Found = TypeVar("Found")
MOST = 4  # at once; more would only take turns


class Workers:
    """Run functions in threads, which start when the first is needed."""

    def __init__(self) -> None:
        self._pool: Optional[ThreadPoolExecutor] = None

    async def run(self, function: Callable[..., Found], *values: Any) -> Found:
        """Wait for what the function returns or raises."""
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        if self._pool is None:
            self._pool = ThreadPoolExecutor(MOST, "evaluation")
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *values)

    def close(self) -> None:
        """Start nothing more; what runs ends by itself, an evaluation within its five seconds."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
