"""Types that .NET has where expressions look for names, supported here or not.

A name that is not among them stands for nothing, as the C# compiler says (CS0103, CS0246); one that
is may well be answered by .NET. The namespaces are those that published expressions need.
"""

from __future__ import annotations

_NAMESPACES = {
    "System": (
        "Action Activator AppDomain AppContext Array ArraySegment Attribute BitConverter Boolean "
        "Buffer Byte Char CharEnumerator Comparison Console ConsoleColor Convert Converter DBNull "
        "DateTime DateTimeKind DateTimeOffset DayOfWeek Decimal Delegate Double Enum Environment "
        "EventArgs EventHandler Exception Func GC Guid HashCode IAsyncResult ICloneable "
        "IComparable IConvertible ICustomFormatter IDisposable IEquatable IFormatProvider "
        "IFormattable IProgress IObservable IObserver Index Int16 Int32 Int64 IntPtr Lazy Math "
        "Memory MidpointRounding MulticastDelegate Nullable Object OperatingSystem Predicate "
        "Progress Random Range ReadOnlyMemory ReadOnlySpan SByte Single Span String StringComparer "
        "StringComparison StringSplitOptions TimeSpan TimeZone TimeZoneInfo Tuple Type TypeCode "
        "UInt16 UInt32 UInt64 UIntPtr Uri UriBuilder UriComponents UriFormat UriHostNameType "
        "UriKind UriPartial ValueTuple ValueType Version Void WeakReference"
    ),
    "exceptions of System": (
        "AccessViolationException AggregateException AppDomainUnloadedException "
        "ApplicationException ArgumentException ArgumentNullException ArgumentOutOfRangeException "
        "ArithmeticException ArrayTypeMismatchException BadImageFormatException "
        "DataMisalignedException DivideByZeroException DllNotFoundException "
        "EntryPointNotFoundException ExecutionEngineException FieldAccessException FormatException "
        "IndexOutOfRangeException InsufficientExecutionStackException InsufficientMemoryException "
        "InvalidCastException InvalidOperationException InvalidProgramException "
        "InvalidTimeZoneException MemberAccessException MethodAccessException "
        "MissingFieldException MissingMemberException MissingMethodException "
        "NotFiniteNumberException NotImplementedException NotSupportedException "
        "NullReferenceException ObjectDisposedException OperationCanceledException "
        "OutOfMemoryException OverflowException PlatformNotSupportedException RankException "
        "StackOverflowException SystemException TimeZoneNotFoundException TimeoutException "
        "TypeAccessException TypeInitializationException TypeLoadException "
        "UnauthorizedAccessException UriFormatException"
    ),
    "System.Collections.Generic": (
        "Comparer Dictionary EqualityComparer HashSet ICollection IComparer IDictionary "
        "IEnumerable IEnumerator IEqualityComparer IList IReadOnlyCollection IReadOnlyDictionary "
        "IReadOnlyList ISet KeyNotFoundException KeyValuePair LinkedList LinkedListNode List "
        "PriorityQueue Queue SortedDictionary SortedList SortedSet Stack"
    ),
    "System.Globalization": (
        "Calendar CalendarWeekRule CharUnicodeInfo CompareInfo CompareOptions CultureInfo "
        "CultureNotFoundException CultureTypes DateTimeFormatInfo DateTimeStyles "
        "GregorianCalendar IdnMapping ISOWeek NumberFormatInfo NumberStyles RegionInfo "
        "StringInfo TextElementEnumerator TextInfo TimeSpanStyles UnicodeCategory"
    ),
    "System.IO": (
        "BinaryReader BinaryWriter BufferedStream Directory DirectoryInfo DriveInfo "
        "EndOfStreamException File FileAccess FileInfo FileMode FileNotFoundException FileShare "
        "FileStream FileSystemInfo IOException InvalidDataException MemoryStream Path "
        "PathTooLongException SearchOption SeekOrigin Stream StreamReader StreamWriter "
        "StringReader StringWriter TextReader TextWriter"
    ),
    "System.Linq": (
        "Enumerable IGrouping ILookup IOrderedEnumerable IOrderedQueryable IQueryable Lookup "
        "ParallelEnumerable Queryable"
    ),
    "System.Net": (
        "Cookie CookieCollection CookieContainer CredentialCache Dns DnsEndPoint EndPoint "
        "HttpListener HttpRequestHeader HttpResponseHeader HttpStatusCode HttpVersion "
        "HttpWebRequest HttpWebResponse ICredentials IPAddress IPEndPoint IPHostEntry "
        "NetworkCredential ServicePointManager WebClient WebException WebHeaderCollection "
        "WebProxy WebRequest WebResponse WebUtility"
    ),
    "System.Security.Cryptography": (
        "Aes AesCng AesCryptoServiceProvider AesGcm AesManaged AsymmetricAlgorithm CipherMode "
        "CngKey CryptoConfig CryptoStream CryptoStreamMode CryptographicException "
        "CryptographicOperations CspParameters DES DSA DSAParameters ECCurve ECDsa ECDsaCng "
        "ECParameters FromBase64Transform HMAC HMACMD5 HMACSHA1 HMACSHA256 HMACSHA384 HMACSHA512 "
        "HashAlgorithm HashAlgorithmName ICryptoTransform IncrementalHash KeyedHashAlgorithm MD5 "
        "MD5Cng MD5CryptoServiceProvider Oid OidCollection PaddingMode ProtectedData "
        "PasswordDeriveBytes RC2 RNGCryptoServiceProvider RSA RSACng RSACryptoServiceProvider "
        "RSAEncryptionPadding RSAEncryptionPaddingMode RSAParameters RSASignaturePadding "
        "RSASignaturePaddingMode RandomNumberGenerator Rfc2898DeriveBytes Rijndael "
        "RijndaelManaged SHA1 SHA1Cng SHA1CryptoServiceProvider SHA1Managed SHA256 SHA256Cng "
        "SHA256CryptoServiceProvider SHA256Managed SHA384 SHA384Managed SHA512 SHA512Cng "
        "SHA512CryptoServiceProvider SHA512Managed SymmetricAlgorithm ToBase64Transform TripleDES"
    ),
    "System.Security.Cryptography.X509Certificates": (
        "PublicKey StoreLocation StoreName X500DistinguishedName X509BasicConstraintsExtension "
        "X509Certificate X509Certificate2 X509Certificate2Collection X509CertificateCollection "
        "X509Chain X509ChainPolicy X509ChainStatus X509ContentType X509Extension "
        "X509ExtensionCollection X509FindType X509KeyStorageFlags X509KeyUsageFlags X509NameType "
        "X509RevocationFlag X509RevocationMode X509Store X509VerificationFlags"
    ),
    "System.Text": (
        "ASCIIEncoding CodePagesEncodingProvider Decoder DecoderFallback Encoder EncoderFallback "
        "Encoding EncodingInfo NormalizationForm Rune StringBuilder UTF32Encoding UTF7Encoding "
        "UTF8Encoding UnicodeEncoding"
    ),
    "System.Text.RegularExpressions": (
        "Capture CaptureCollection Group GroupCollection Match MatchCollection MatchEvaluator "
        "Regex RegexMatchTimeoutException RegexOptions"
    ),
    "System.Threading.Tasks": (
        "Parallel Task TaskCanceledException TaskCompletionSource TaskFactory TaskScheduler "
        "TaskStatus ValueTask"
    ),
    "System.Xml": (
        "ConformanceLevel DtdProcessing Formatting IXmlLineInfo NameTable NewLineHandling "
        "WhitespaceHandling XmlAttribute XmlAttributeCollection XmlCDataSection "
        "XmlCharacterData XmlComment XmlConvert XmlDateTimeSerializationMode XmlDeclaration "
        "XmlDocument XmlDocumentFragment XmlDocumentType XmlElement XmlException "
        "XmlNameTable XmlNamedNodeMap XmlNamespaceManager XmlNode XmlNodeList XmlNodeReader "
        "XmlNodeType XmlParserContext XmlQualifiedName XmlReader XmlReaderSettings XmlResolver "
        "XmlSpace XmlText XmlTextReader XmlTextWriter XmlUrlResolver XmlWhitespace XmlWriter "
        "XmlWriterSettings"
    ),
    "System.Xml.Linq": (
        "Extensions LoadOptions ReaderOptions SaveOptions XAttribute XCData XComment XContainer "
        "XDeclaration XDocument XDocumentType XElement XName XNamespace XNode XObject "
        "XObjectChange XProcessingInstruction XStreamingElement XText"
    ),
    "Newtonsoft.Json": (
        "ConstructorHandling DateFormatHandling DateParseHandling DateTimeZoneHandling "
        "DefaultValueHandling FloatFormatHandling FloatParseHandling Formatting IArrayPool "
        "JsonConstructorAttribute JsonConvert JsonConverter JsonException JsonIgnoreAttribute "
        "JsonPropertyAttribute JsonReader JsonReaderException JsonSerializationException "
        "JsonSerializer JsonSerializerSettings JsonTextReader JsonTextWriter JsonToken JsonWriter "
        "JsonWriterException MemberSerialization MetadataPropertyHandling MissingMemberHandling "
        "NullValueHandling ObjectCreationHandling PreserveReferencesHandling ReadType "
        "ReferenceLoopHandling Required StringEscapeHandling TypeNameHandling WriteState"
    ),
    "Newtonsoft.Json.Linq": (
        "CommentHandling DuplicatePropertyNameHandling Extensions IJEnumerable JArray JConstructor "
        "JContainer JEnumerable JObject JProperty JPropertyDescriptor JRaw JToken "
        "JTokenEqualityComparer JTokenReader JTokenType JTokenWriter JValue JsonCloneSettings "
        "JsonLoadSettings JsonMergeSettings JsonSelectSettings LineInfoHandling "
        "MergeArrayHandling MergeNullValueHandling"
    ),
}
_SPACE_OF = {
    name: space.rpartition(" ")[2] for space, names in _NAMESPACES.items() for name in names.split()
}


def full_name(name: str) -> str:
    """Return a known type's name with its namespace."""
    return name if name not in _SPACE_OF else f"{_SPACE_OF[name]}.{name}"


def is_known(name: str) -> bool:
    """Tell whether .NET may have the type: a simple name, or one with its namespace."""
    return "." in name or name in _SPACE_OF or name == "dynamic"
