"""Where types and members stand in API Management: listed, seen in use, refused, or nowhere.

LISTED is Microsoft's list of the .NET Framework types that expressions may use, with the members
where it names them: https://learn.microsoft.com/azure/api-management/
api-management-policy-expressions#CLRTypes (January 2026). It is neither the whole truth nor kept
by all: SEEN stands in Microsoft's own samples and tools, REFUSED was seen refused when a policy was
saved. Whatever has no namespace belongs to API Management itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

_DATE_TIME = (
    "new Add AddDays AddHours AddMilliseconds AddMinutes AddMonths AddSeconds AddTicks AddYears "
    "Date Day DayOfWeek DayOfYear DaysInMonth Hour IsDaylightSavingTime IsLeapYear MaxValue "
    "Millisecond Minute MinValue Month Now Parse Second Subtract Ticks TimeOfDay Today ToString "
    "UtcNow Year"
)
_WHOLE = {
    "Newtonsoft.Json": "Formatting",
    "Newtonsoft.Json.Linq": "Extensions JArray JConstructor JContainer JObject JProperty JRaw "
    "JToken JTokenType JValue",
    "System": "Array BitConverter Boolean Byte Char Convert DateTimeOffset Decimal Double "
    "Exception Guid Int16 Int32 Int64 Math MidpointRounding Nullable Random SByte Single String "
    "StringComparer StringComparison StringSplitOptions TimeSpan TimeZone TimeZoneInfo Tuple "
    "UInt16 UInt32 UInt64 Uri UriPartial",
    "System.Collections.Generic": "Dictionary HashSet ICollection IDictionary IEnumerable "
    "IEnumerator IList IReadOnlyCollection IReadOnlyDictionary ISet KeyValuePair List Queue Stack",
    "System.IO": "StringReader StringWriter",
    "System.Linq": "Enumerable",
    "System.Net": "IPAddress WebUtility",
    "System.Security.Cryptography": "AsymmetricAlgorithm CipherMode HashAlgorithm "
    "HashAlgorithmName HMAC HMACMD5 HMACSHA1 HMACSHA256 HMACSHA384 HMACSHA512 KeyedHashAlgorithm "
    "MD5 Oid PaddingMode RNGCryptoServiceProvider RSA RSAEncryptionPadding RSASignaturePadding "
    "SHA1 SHA1Managed SHA256 SHA256Managed SHA384 SHA384Managed SHA512 SHA512Managed "
    "SymmetricAlgorithm",
    "System.Security.Cryptography.X509Certificates": "PublicKey RSACertificateExtensions "
    "X509Certificate X509Certificate2 X509ContentType X509NameType",
    "System.Text": "Encoding StringBuilder",
    "System.Text.RegularExpressions": "RegexOptions",
    "System.TimeZoneInfo": "AdjustmentRule TransitionTime",
    "System.Xml": "XmlNodeType",
    "System.Xml.Linq": "Extensions XAttribute XCData XComment XContainer XDeclaration XDocument "
    "XDocumentType XElement XName XNamespace XNode XNodeDocumentOrderComparer "
    "XNodeEqualityComparer XObject XProcessingInstruction XText",
}
_PARTLY = {
    "Newtonsoft.Json.JsonConvert": "SerializeObject DeserializeObject",
    "System.DateTime": _DATE_TIME,
    "System.DateTimeKind": "Utc",
    "System.Security.Cryptography.X509Certificates.X500DistinguishedName": "Name",
    "System.Text.RegularExpressions.Capture": "Index Length Value",
    "System.Text.RegularExpressions.CaptureCollection": "Count this",
    "System.Text.RegularExpressions.Group": "Captures Success",
    "System.Text.RegularExpressions.GroupCollection": "Count this",
    "System.Text.RegularExpressions.Match": "Empty Groups Result",
    "System.Text.RegularExpressions.Regex": "new IsMatch Match Matches Replace Unescape Split",
}

# The full name of each type; None where all its members are listed.
LISTED: Mapping[str, Optional[frozenset[str]]] = {
    **{f"{space}.{name}": None for space, names in _WHOLE.items() for name in names.split()},
    **{full: frozenset(names.split()) for full, names in _PARTLY.items()},
}
# The policy toolkit's analyzer has Object and Enum; Microsoft's samples and snippets use the
# others, which stand in assemblies that are allowed as a whole.
SEEN = frozenset(
    {
        "System.Enum",
        "System.Object",
        "System.Security.Cryptography.RSACng",
        "System.Xml.Linq.LoadOptions",
        "System.Xml.Linq.SaveOptions",
        "System.Xml.XmlDocument",
        "System.Xml.XmlElement",
        "System.Xml.XmlNode",
        "System.Xml.XmlReader",
    }
)
# "Usage of type 'System.Globalization.CultureInfo' is not supported within expressions" is what the
# service said; XDocument is listed as "All, except of: Load".
REFUSED = frozenset({"System.Globalization.CultureInfo", "System.Xml.Linq.XDocument.Load"})

_NOT_LISTED = (
    "it is not on Microsoft's list for expressions: API Management may refuse it when the policy "
    "is saved"
)
DOCUMENTED, IN_SAMPLES, IS_REFUSED, UNLISTED = "documented", "in samples", "refused", "unlisted"


def standing(full: str, member: str = "") -> str:
    """Tell where a type stands, or one of its members: `new` a constructor, `this` an indexer.

    full: its full name, without type parameters.
    """
    if full in REFUSED or f"{full}.{member}" in REFUSED:
        return IS_REFUSED
    if "." not in full or full in SEEN:
        return DOCUMENTED if full not in SEEN else IN_SAMPLES
    if full not in LISTED:
        return UNLISTED
    listed = LISTED[full]
    return DOCUMENTED if not member or listed is None or member in listed else UNLISTED


def missing(full: str, member: str = "") -> str:
    """Return why a type or a member that stands in no table here is refused."""
    if standing(full, member) == UNLISTED:
        rule, _ = words(full, member)
        return f"{rule}: {_NOT_LISTED}, and it is not evaluated here"
    what = "member" if member else "type"
    return f"this {what} is not supported: see docs/expressions.md for those that are"


def words(full: str, member: str = "") -> tuple[str, str]:
    """Return the rule's id and text that API Management has for what it refuses."""
    if member:
        name = {"new": ".ctor", "this": "this[]"}.get(member, member)
        text = f"Usage of member '{name}' of type '{full}' is not supported within expressions"
        return "APIM0002", text
    return "APIM0001", f"Usage of type '{full}' is not supported within expressions"
