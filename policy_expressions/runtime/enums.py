"""The enums expressions may name, and the text of their values."""

from __future__ import annotations

from collections.abc import Mapping

from policy_expressions.runtime.values import Enumeration

_TABLE = {
    "System.DayOfWeek": "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
    "System.DateTimeKind": "Unspecified Utc Local",
    "System.StringComparison": "CurrentCulture CurrentCultureIgnoreCase InvariantCulture "
    "InvariantCultureIgnoreCase Ordinal OrdinalIgnoreCase",
    "System.StringSplitOptions": "None RemoveEmptyEntries TrimEntries",
    "System.MidpointRounding": "ToEven AwayFromZero ToZero ToNegativeInfinity ToPositiveInfinity",
    "System.UriKind": "RelativeOrAbsolute Absolute Relative",
    "System.UriPartial": "Scheme Authority Path Query",
    "System.Base64FormattingOptions": "None InsertLineBreaks",
    "System.Text.NormalizationForm": "FormC=1 FormD=2 FormKC=5 FormKD=6",
    "System.Text.RegularExpressions.RegexOptions": "None IgnoreCase Multiline "
    "ExplicitCapture=4 Compiled=8 Singleline=16 IgnorePatternWhitespace=32 RightToLeft=64 "
    "ECMAScript=256 CultureInvariant=512",
    "System.Security.Cryptography.CipherMode": "CBC=1 ECB=2 OFB=3 CFB=4 CTS=5",
    "System.Security.Cryptography.PaddingMode": "None=1 PKCS7=2 Zeros=3 ANSIX923=4 ISO10126=5",
    "System.Security.Cryptography.X509Certificates.X509ContentType": "Unknown Cert SerializedCert "
    "Pfx SerializedStore Pkcs7 Authenticode",
    "System.Security.Cryptography.X509Certificates.X509KeyStorageFlags": "DefaultKeySet "
    "UserKeySet MachineKeySet Exportable=4 UserProtected=8 PersistKeySet=16 EphemeralKeySet=32",
    "System.Security.Cryptography.X509Certificates.X509NameType": "SimpleName EmailName UpnName "
    "DnsName DnsFromAlternativeName UrlName",
    "System.Xml.Linq.LoadOptions": "None PreserveWhitespace SetBaseUri SetLineInfo=4",
    "System.Xml.Linq.SaveOptions": "None DisableFormatting OmitDuplicateNamespaces",
    "System.Xml.DtdProcessing": "Prohibit Ignore Parse",
    "System.Xml.XmlNodeType": "None Element Attribute Text CDATA EntityReference Entity "
    "ProcessingInstruction Comment Document DocumentType DocumentFragment Notation Whitespace "
    "SignificantWhitespace EndElement EndEntity XmlDeclaration",
    "Newtonsoft.Json.Formatting": "None Indented",
    "Newtonsoft.Json.Linq.JTokenType": "None Object Array Constructor Property Comment Integer "
    "Float String Boolean Null Undefined Date Raw Bytes Guid Uri TimeSpan",
    "ProductState": "NotPublished Published",
    "SubscriptionState": "Suspended Active Expired Submitted Rejected Cancelled",
}
_FLAGS = ("RegexOptions", "StringSplitOptions")
# Values that .NET Framework lacks
NEWER: Mapping[str, str] = {
    "TrimEntries": ".NET 5",
    **dict.fromkeys(("ToZero", "ToNegativeInfinity", "ToPositiveInfinity"), ".NET Core 3.0"),
}


def _numbers(names: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, word in enumerate(names.split()):
        name, _, number = word.partition("=")
        found[name] = int(number or position)
    return found


ENUMS: Mapping[str, Mapping[str, int]] = {full: _numbers(names) for full, names in _TABLE.items()}
_BY_NAME = {full.rpartition(".")[2]: numbers for full, numbers in ENUMS.items()}


def member(of: str, name: str) -> Enumeration:
    """Return a value of an enum by its names."""
    return Enumeration(of, _BY_NAME[of][name])


def enum_text(value: Enumeration) -> str:
    """Return the name of an enum's value; names joined by `, ` for flags, else the number."""
    numbers = _BY_NAME[value.type]
    for name, number in numbers.items():
        if number == value.number:
            return name
    if value.type in _FLAGS:
        bits = [(n, name) for name, n in numbers.items() if n and n & (n - 1) == 0]
        names = [name for n, name in bits if value.number & n]
        if sum(n for n, _ in bits if value.number & n) == value.number:
            return ", ".join(names)
    return str(value.number)


def enum_number(of: str, text: str, ignore_case: bool) -> int:
    """Return the number of an enum's name. Raises KeyError."""
    numbers = _BY_NAME[of]
    if ignore_case:
        return {name.lower(): number for name, number in numbers.items()}[text.strip().lower()]
    return numbers[text.strip()]
