"""az's error output, in the forms it comes in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azure_resources.refusal import Refusal, error, read

QUOTA = {"code": "InsufficientQuota", "message": "20 asked for, 0 left"}


@pytest.mark.parametrize(
    ("stderr", "code", "message"),
    [
        (
            "ERROR: (ResourceGroupNotFound) Resource group 'x' could not be found.\n"
            "Code: ResourceGroupNotFound\nMessage: Resource group 'x' could not be found.",
            "ResourceGroupNotFound",
            "Resource group 'x' could not be found.",
        ),
        (
            'WARNING: {"code": "NotThis"}\nERROR: {"code": "InvalidTemplate", "message": "no"}',
            "InvalidTemplate",
            "no",
        ),
        (
            'ERROR: {"code": "InvalidTemplateDeployment", "message": "see inner errors"}\n\n'
            f"Inner Errors: \n{json.dumps(QUOTA)}",
            "InsufficientQuota",
            "20 asked for, 0 left",
        ),
        (
            "ERROR: "
            + json.dumps(
                {
                    "status": "Failed",
                    "error": {
                        "code": "DeploymentFailed",
                        "message": "at least one",
                        "details": [
                            {"code": "ResourceDeploymentFailure", "details": [QUOTA, QUOTA]},
                            {"code": "Other", "message": "too"},
                        ],
                    },
                }
            ),
            "InsufficientQuota",
            "20 asked for, 0 left\ntoo",
        ),
        (
            "ERROR: " + json.dumps({"code": "Conflict", "message": json.dumps({"error": QUOTA})}),
            "InsufficientQuota",
            "20 asked for, 0 left",
        ),
        (
            "ERROR: /x/main.bicep(5,1) : Error BCP007: This declaration is not recognized.",
            "BCP007",
            "/x/main.bicep(5,1) : Error BCP007: This declaration is not recognized.",
        ),
        (
            "ERROR: AADSTS7000215: Invalid client secret provided.",
            "AADSTS7000215",
            "AADSTS7000215: Invalid client secret provided.",
        ),
        (
            "ERROR: Please run 'az login' to setup account.",
            "NotSignedIn",
            "Please run 'az login' to setup account.",
        ),
        (
            "ERROR: Subscription 'x' not found. Check the ID or name and try again.",
            "SubscriptionNotFound",
            "Subscription 'x' not found. Check the ID or name and try again.",
        ),
        (
            "ERROR: Error while attempting to retrieve the latest Bicep version: "
            "Max retries exceeded with url: /BicepLatestRelease (Caused by ProxyError('no')).",
            "NoBicep",
            "Error while attempting to retrieve the latest Bicep version: "
            "Max retries exceeded with url: /BicepLatestRelease (Caused by ProxyError('no')).",
        ),
        (
            "ERROR: The command failed with an unexpected error. Here is the traceback:\n"
            'Traceback (most recent call last):\n  File "x.py", line 1\n'
            "OSError: [WinError 193] %1 is not a valid Win32 application",  # an empty bicep.exe
            "NoBicep",
            "OSError: [WinError 193] %1 is not a valid Win32 application",
        ),
        (
            "INFO: (ScopeLocked) The scope 'x' is locked.\n"
            "ERROR: Some resources failed to be deleted (run with `--verbose` for more "
            "information)",
            "ScopeLocked",
            "The scope 'x' is locked.",
        ),
        ("ERROR: something else", "", "something else"),
        ("Segmentation fault", "", "Segmentation fault"),
        ("", "", "az told no reason"),
    ],
)
def test_the_cause_is_found(stderr: str, code: str, message: str) -> None:
    assert read(stderr) == Refusal(code, message)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_output_gives_a_message(stderr: str) -> None:
    assert read(stderr).message or read(stderr).code


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner, max_size=3)))
def test_any_error_object_is_read(document: object) -> None:
    assert isinstance(error(document), Refusal)
