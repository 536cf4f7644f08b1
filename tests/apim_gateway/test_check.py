from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apim_gateway import check, forms, options
from apim_gateway.errors import ConfigError
from tests.apim_gateway.loopback import policy

ROOT = Path(__file__).parents[2]
READS = '<set-variable name="b" value="@(context.Response.Body.As<string>(true))" />'


def checked(*arguments: object) -> tuple[str, int]:
    given = options.parse(["check", *map(str, arguments)])
    done = check.run(given, forms.named_values(given))
    if done.problems:
        raise ConfigError(done.problems[0])
    return done.text, done.status


def verdicts(*arguments: object) -> list[str]:
    told, _ = checked(*arguments, "--format=json")
    return [file["verdict"] for file in json.loads(told)["files"]]


def findings(*arguments: object) -> list[dict[str, Any]]:
    told, _ = checked(*arguments, "--format=json")
    return [found for file in json.loads(told)["files"] for found in file["findings"]]


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_file(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


def test_the_labs_own_policy_streams_and_its_experiment_does_not() -> None:
    infra = ROOT / "infra" / "gateway"
    assert checked(infra / "policy.xml") == (
        f"{infra / 'policy.xml'}: streams: each chunk goes on as it comes",
        0,
    )
    told, status = checked(infra / "experiments" / "buffered.xml")
    assert status == 1
    assert "buffered.xml:18:5: error: forward-request: " in told


def test_a_document_that_cannot_be_read_is_refused_with_its_place(write: Any) -> None:
    (found,) = findings(write("p.xml", "<policies>"))
    assert (found["rule"], found["line"]) == ("refused", 1)
    assert found["message"] == "policies: has no end tag: add </policies>"


def test_backends_and_named_values_are_taken_as_given(write: Any) -> None:
    text = policy("<set-backend-service backend-id='any' /><set-method>{{any}}</set-method>")
    assert checked(write("p.xml", text))[1] == 0


def test_a_named_value_that_is_given_counts(write: Any) -> None:
    file = write("p.xml", policy("<rate-limit calls='{{n}}' renewal-period='9' />"))
    assert verdicts(file) == ["streams"]
    (found,) = findings(file, "--named-value=n=many")
    assert found["message"] == "calls: 'many' should be a whole number, 1 or more"


def test_the_four_typos_of_a_newcomer_are_told_with_line_and_name(write: Any) -> None:
    good = (ROOT / "infra" / "gateway" / "policy.xml").read_text(encoding="utf-8")
    typos = {
        ("<set-backend-service", "<set-backend-servise"): (6, "set-backend-servise: "),
        ('buffer-response="false"', 'bufer-response="false"'): (18, "bufer-response: "),
        ('== "True")', '== "True" &&)'): (8, "CS1525: "),
        ("context.Variables[", "context.Variabels["): (23, "CS1061: "),
        ('"]?.ToString()', '"]?.CreateReader()'): (8, "JToken.CreateReader: "),
    }
    for (right, wrong), (line, message) in typos.items():
        found = findings(write("p.xml", good.replace(right, wrong)))[0]
        assert (found["line"], found["message"].startswith(message)) == (line, True), found


def test_a_folder_is_walked_for_documents_and_fragments(write: Any, tmp_path: Path) -> None:
    write("b/p.xml", policy(backend="<forward-request />"))
    write("a.xml", "<fragment><set-method>GET</set-method></fragment>")
    write("pom.xml", "<project />")
    write(".git/p.xml", "<policies />")
    assert verdicts(tmp_path) == ["streams", "blocks"]


def test_a_folder_without_documents_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no policy documents in it"):
        checked(tmp_path)


def test_parent_scopes_count(write: Any) -> None:
    api = write("p.xml", policy(backend="<base />"))
    forward = "<backend><forward-request buffer-response='false' /></backend>"
    above = write("g.xml", f"<policies><inbound />{forward}<outbound /><on-error /></policies>")
    product = write("product.xml", policy(backend="<base />", outbound=READS))
    assert verdicts(api) == ["blocks"]
    assert verdicts(api, "--global", above) == ["streams"]
    assert verdicts(api, "--global", above, "--product", product) == ["whole"]
    assert verdicts(api, "--global", above, "--api", product) == ["whole"]


def test_an_operation_runs_over_the_document(write: Any) -> None:
    api = write("p.xml", policy(outbound=READS))
    with_base = write("with.xml", policy(backend="<base />"))
    without = write(
        "without.xml", policy(backend="<base />").replace("<outbound><base />", "<outbound>")
    )
    assert verdicts(api, "--operation", with_base) == ["whole"]
    assert verdicts(api, "--operation", without) == ["streams"]
    with pytest.raises(ConfigError, match="give --api or --operation"):
        checked(api, "--operation", with_base, "--api", with_base)


def test_fragments_come_by_name_or_by_folder(write: Any, tmp_path: Path) -> None:
    api = write("p.xml", policy(outbound="<include-fragment fragment-id='log' />"))
    fragment = write("fragments/log.xml", f"<fragment>{READS}</fragment>")
    laid_out = write("apiops/log/policy.xml", f"<fragment>{READS}</fragment>")
    assert verdicts(api) == ["unknown"]
    assert verdicts(api, "--fragment", f"log={fragment}") == ["whole"]
    assert verdicts(api, "--fragments", fragment.parent) == ["whole"]
    assert verdicts(api, "--fragments", laid_out.parents[1]) == ["whole"]
    with pytest.raises(ConfigError, match="is no folder"):
        checked(api, "--fragments", fragment)


def test_a_template_tells_tier_and_diagnostics(write: Any) -> None:
    api = write("p.xml", policy())
    service = {"type": "Microsoft.ApiManagement/service", "sku": {"name": "Consumption"}}
    template = write("main.json", json.dumps({"resources": [service]}))
    assert verdicts(api, "--template", template) == ["fails"]
    for broken in ("[", "[]"):
        with pytest.raises(ConfigError, match="is no ARM template"):
            checked(api, "--template", write("broken.json", broken))


def test_bicep_needs_its_compiler(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    api, bicep = write("p.xml", policy()), write("main.bicep", "")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match=r"needs bicep or az on PATH; or .* give --template"):
        checked(api, "--bicep", bicep)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_bicep_is_compiled(write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = {"type": "Microsoft.ApiManagement/service", "sku": {"name": "Consumption"}}
    compiled = json.dumps({"resources": [service]})
    compiler = write("bin/bicep", f"#!/bin/sh\necho '{compiled}'\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", str(compiler.parent))
    assert verdicts(write("p.xml", policy()), "--bicep", write("main.bicep", "")) == ["fails"]
    compiler.write_text("#!/bin/sh\necho 'main.bicep(1,1) : Error BCP007' >&2\nexit 1\n", "utf-8")
    with pytest.raises(ConfigError, match=r"--bicep .*main.bicep: .*BCP007"):
        checked(tmp_path / "p.xml", "--bicep", tmp_path / "main.bicep")


@pytest.mark.parametrize(
    ("level", "statuses"),
    [("error", (1, 0)), ("warning", (1, 1)), ("note", (1, 1)), ("never", (0, 0))],
)
def test_the_exit_status_follows_fail_on(write: Any, level: str, statuses: tuple[int, int]) -> None:
    held = write("held.xml", policy(outbound=READS))
    warned = write("warned.xml", policy("<llm-emit-token-metric />"))
    assert checked(held, f"--fail-on={level}")[1] == statuses[0]
    assert checked(warned, f"--fail-on={level}")[1] == statuses[1]


def test_streaming_only_leaves_out_what_is_not_about_streams(write: Any) -> None:
    file = write("p.xml", policy("<set-backend-service base-url='wss://a.test/' />"))
    assert [found["rule"] for found in findings(file)] == ["not-run-here"]
    assert findings(file, "--streaming-only") == []


@pytest.mark.parametrize("file", [".pre-commit-hooks.yaml", "action.yml"])
def test_what_other_repositories_run_is_a_command_line_of_ours(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    (command,) = re.findall(r"^\s*(?:entry: )?apim-gateway (check .*)$", text, re.MULTILINE)
    given = {"$PATHS": "p.xml", "$OPTIONS": "--streaming-only", '"$FAIL_ON"': "note"}
    words = [given.get(word, word) for word in command.split()]
    files = [] if "p.xml" in words else ["p.xml"]  # pre-commit adds them at the end
    assert options.parse([*words, *files]).files == [Path("p.xml")]


def test_a_file_that_is_not_there_ends_with_status_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "apim_gateway", "check", str(tmp_path / "no.xml")],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().endswith("no.xml cannot be read: No such file or directory")


FOLDER = str(Path(__file__).parent / "folder_gateway")


def test_a_gateway_in_a_folder_is_checked_as_its_requests_run() -> None:
    told, _ = checked(FOLDER, "--format=json")
    report = {
        file["file"].replace("\\", "/").partition("folder_gateway/")[2]: file
        for file in json.loads(told)["files"]
    }
    assert {file: each["verdict"] for file, each in report.items()} == {
        "apis/chat/policy.xml": "streams",
        "products/gold/policy.xml": "streams",
        "apis/chat/operations/ChatCompletions_Create/policy.xml": "streams",
        "apis/chat;rev=2/policy.xml": "whole",  # the diagnostic of all APIs logs the body
        "apis/claude/policy.xml": "whole",
    }
    (logged,) = report["apis/claude/policy.xml"]["findings"]
    assert logged["message"].endswith("(applicationinsights: 512 bytes)")


def test_a_fragment_that_nobody_includes_is_told_where_it_is_refused(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(FOLDER, tmp_path / "gateway"))
    home = copy / "policy fragments" / "unused"
    home.mkdir()
    (home / "policy.xml").write_text("<fragment><nope /></fragment>", encoding="utf-8")
    told, status = checked(copy)
    assert status == 1
    assert "refused: API Management does not take the document" in told
    assert "nope: no such policy" in told
