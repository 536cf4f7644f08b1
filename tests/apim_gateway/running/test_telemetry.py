from __future__ import annotations

import asyncio
import json
from pathlib import Path

from apim_gateway.running.services import Services
from apim_gateway.running.telemetry import Telemetry
from apim_gateway.wire.upstream import HttpClient


def test_the_file_is_closed_with_the_gateway_and_what_comes_later_is_dropped(
    tmp_path: Path,
) -> None:
    out = (tmp_path / "told.jsonl").open("a", encoding="utf-8", buffering=1)
    telemetry = Telemetry(out.write, out.close)

    async def main() -> None:
        services = Services(HttpClient(), {}, telemetry=telemetry)
        telemetry.emit("metric", "1", {"value": 1})
        await services.close()
        telemetry.emit("metric", "2", {"value": 1})

    asyncio.run(main())
    assert out.closed
    lines = (tmp_path / "told.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["request"] for line in lines] == ["1"]
