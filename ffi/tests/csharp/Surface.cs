// Every function of the wrapper, called for what it does, and what it answers to misuse: disposed handles, nothing where there
// must be something, callbacks that throw or call back, two threads, cancelling.
// Prints "done" when all is as promised. It ends with handles that nobody disposed.
//
//   mono Surface.exe FOLDER                FOLDER: empty, for vaults and exchange folders
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Mynacard;

internal static class Sandbox
{
    private const string Name = "mynacard_sandbox";

    [StructLayout(LayoutKind.Sequential)]
    internal struct Table
    {
        internal UIntPtr StructSize;
        internal IntPtr Userdata, Begin, Exchange, End, Destroy;
        internal UIntPtr MaxCommand, MaxResponse;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate int BeginFunction(IntPtr userdata);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate int ExchangeFunction(IntPtr userdata, byte[] command, UIntPtr size, int secret, byte[] response, UIntPtr capacity, ref UIntPtr responseSize);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate void EndFunction(IntPtr userdata, int how);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate void DestroyFunction(IntPtr userdata);

    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_start();
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_url(IntPtr sandbox);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_root(IntPtr sandbox, out UIntPtr size);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_issue_activation(IntPtr sandbox, byte[] activation);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_lose_answers(IntPtr sandbox, int lose);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_card(byte[] person, int extended, out Table table);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_number_b(byte[] person, byte[] digits, UIntPtr size);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern IntPtr mynacard_sandbox_authorities();
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern void mynacard_sandbox_stop(IntPtr sandbox);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Carrier
    {
        internal UIntPtr StructSize;
        internal IntPtr Userdata, Carry, Destroy;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] internal delegate int CarryFunction(IntPtr userdata, byte[] operation, UIntPtr operationSize, byte[] request, UIntPtr requestSize,
        byte[] key, UIntPtr keySize, uint timeout, byte[] response, UIntPtr capacity, ref UIntPtr responseSize, ref uint status);
    [DllImport(Name, CallingConvention = CallingConvention.Cdecl)] internal static extern int mynacard_sandbox_carrier(IntPtr sandbox, ref Carrier carrier);

    internal static byte[] Ascii(string text) { return Encoding.ASCII.GetBytes(text + "\0"); }
    internal static string Authorities { get { return Marshal.PtrToStringAnsi(mynacard_sandbox_authorities()); } }

    internal static byte[] Printed(string person)
    {
        var digits = new byte[17];
        if (mynacard_sandbox_number_b(Ascii(person), digits, new UIntPtr(17)) != 0) throw new ArgumentException("person");
        Array.Resize(ref digits, 16);
        return digits;
    }
}

/// <summary>The sandbox's virtual card; before each command it does what a test wants.</summary>
internal sealed class VirtualCard : ICardTransport, IDisposable
{
    private readonly Sandbox.Table table;
    private readonly Sandbox.BeginFunction begin;
    private readonly Sandbox.ExchangeFunction exchange;
    private readonly Sandbox.EndFunction end;
    private readonly Sandbox.DestroyFunction destroy;
    internal Action BeforeCommand, AtEnd;
    internal int Disposed;

    internal VirtualCard(string person)
    {
        if (Sandbox.mynacard_sandbox_card(Sandbox.Ascii(person), 1, out table) != 0) throw new ArgumentException("person");
        begin = (Sandbox.BeginFunction)Marshal.GetDelegateForFunctionPointer(table.Begin, typeof(Sandbox.BeginFunction));
        exchange = (Sandbox.ExchangeFunction)Marshal.GetDelegateForFunctionPointer(table.Exchange, typeof(Sandbox.ExchangeFunction));
        end = (Sandbox.EndFunction)Marshal.GetDelegateForFunctionPointer(table.End, typeof(Sandbox.EndFunction));
        destroy = (Sandbox.DestroyFunction)Marshal.GetDelegateForFunctionPointer(table.Destroy, typeof(Sandbox.DestroyFunction));
    }

    public void Begin() { if (begin(table.Userdata) != 0) throw new IOException("no card"); }

    public byte[] Exchange(byte[] command, bool secret)
    {
        if (BeforeCommand != null) BeforeCommand();
        var buffer = new byte[65538];
        var size = UIntPtr.Zero;
        if (exchange(table.Userdata, command, new UIntPtr((uint)command.Length), secret ? 1 : 0, buffer, new UIntPtr((uint)buffer.Length), ref size) != 0) throw new IOException("no answer");
        Array.Resize(ref buffer, (int)size.ToUInt64());
        return buffer;
    }

    public void End(bool powerDown)
    {
        end(table.Userdata, powerDown ? 1 : 0);
        if (AtEnd != null) AtEnd();
    }
    public int MaxCommand { get { return (int)table.MaxCommand.ToUInt64(); } }
    public int MaxResponse { get { return (int)table.MaxResponse.ToUInt64(); } }

    public void Dispose()
    {
        Disposed++;
        destroy(table.Userdata);
    }
}

/// <summary>A connection of the program's own: the sandbox without its line.</summary>
internal sealed class OwnLine : ICarrier
{
    private readonly Sandbox.Carrier table;
    private readonly Sandbox.CarryFunction carry;
    private readonly Sandbox.DestroyFunction destroy;
    internal Func<string, Carried> Instead;
    internal int Calls, Keys;

    internal OwnLine(IntPtr sandbox)
    {
        table.StructSize = new UIntPtr((uint)Marshal.SizeOf(typeof(Sandbox.Carrier)));
        if (Sandbox.mynacard_sandbox_carrier(sandbox, ref table) != 0) throw new IOException("no line");
        carry = (Sandbox.CarryFunction)Marshal.GetDelegateForFunctionPointer(table.Carry, typeof(Sandbox.CarryFunction));
        destroy = (Sandbox.DestroyFunction)Marshal.GetDelegateForFunctionPointer(table.Destroy, typeof(Sandbox.DestroyFunction));
    }

    public Carried Carry(CarryRequest request)
    {
        Calls++;
        if (request.Key.Length > 0) Keys++;
        if (request.Timeout <= TimeSpan.Zero) throw new ArgumentException("no time");
        return Instead == null || request.Operation != "/v1/confirm" ? Send(request.Operation, request.Body, request.Key) : Instead(request.Operation);
    }

    internal Carried Send(string operation, byte[] request, string key)
    {
        byte[] path = Encoding.UTF8.GetBytes(operation), keyed = Encoding.UTF8.GetBytes(key), response = new byte[1 << 20];
        var size = UIntPtr.Zero;
        uint status = 0;
        var result = carry(table.Userdata, path, new UIntPtr((uint)path.Length), request.Length == 0 ? null : request, new UIntPtr((uint)request.Length), keyed.Length == 0 ? null : keyed, new UIntPtr((uint)keyed.Length),
            10000, response, new UIntPtr((uint)response.Length), ref size, ref status);
        if (result != 0) return null;
        Array.Resize(ref response, (int)size.ToUInt64());
        return new Carried((int)status, response);
    }

    internal void Destroy() { destroy(table.Userdata); }
}

/// <summary>A provider that has its commands from the service, as a vendor's middleware would.</summary>
internal sealed class OwnProvider : IPinlessProvider
{
    private readonly OwnLine line;
    private string relay;
    internal bool Refuses, Throws;
    internal int Steps;

    internal OwnProvider(OwnLine line) { this.line = line; }

    public byte[] Next(PinlessTurn turn)
    {
        Steps++;
        if (Throws) throw new TimeZoneNotFoundException("mine");
        if (Refuses) return null;
        var request = turn.Step == 1 ? "{\"challenge_id\":" + Json.Quote(turn.Challenge) + "}"
            : "{\"relay_id\":" + Json.Quote(relay) + ",\"step\":" + (turn.Step - 1) + ",\"response\":\"" + Convert.ToBase64String(turn.Answer) + "\"}";
        var carried = line.Send(turn.Step == 1 ? "/v1/relay/start" : "/v1/relay/step", Encoding.UTF8.GetBytes(request), "");
        var json = Json.Parse(Encoding.UTF8.GetString(carried.Body));
        relay = json["relay_id"].Text ?? relay;
        var grant = json["grant"].Text;
        if (grant == null) return Convert.FromBase64String(json["command"].Text);
        turn.Done = true;
        var bytes = new byte[grant.Length / 2];
        for (var at = 0; at < bytes.Length; at++) bytes[at] = Convert.ToByte(grant.Substring(2 * at, 2), 16);
        return bytes;
    }
}

internal sealed class NoCard : ICardTransport
{
    public void Begin() { throw new IOException("no card"); }
    public byte[] Exchange(byte[] command, bool secret) { throw new InvalidOperationException(); }
    public void End(bool powerDown) { }
    public int MaxCommand { get { return 0; } }
    public int MaxResponse { get { return 0; } }
}

internal sealed class NoLimits : ICardTransport
{
    public void Begin() { }
    public byte[] Exchange(byte[] command, bool secret) { return null; }
    public void End(bool powerDown) { }
    public int MaxCommand { get { throw new TimeZoneNotFoundException("mine"); } }
    public int MaxResponse { get { return 0; } }
}

internal static class Program
{
    private const string Xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader/><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus>" +
        "<QualificationValidity>1</QualificationValidity><ResultList><ResultOfQualificationConfirmation><InsurerNumber>00138016</InsurerNumber><Name>医療　太郎</Name>" +
        "<NameKana>ｲﾘｮｳ ﾀﾛｳ</NameKana><Sex1>1</Sex1><Birthdate>19800217</Birthdate><Address>東京都千代田区</Address></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>";
    private static readonly List<string> Faults = new List<string>();
    /// <summary>What nobody disposes: the process ends with it.</summary>
    private static readonly List<object> Forgotten = new List<object>();
    private static string folder;
    private static IntPtr sandbox;
    private static Service service;
    private static string[] user;

    private static void Demand(bool condition, string what) { if (!condition) Faults.Add(what); }
    private static void Has(string text, params string[] parts) { foreach (var part in parts) Demand(text != null && text.Contains(part), part + " in " + text); }

    private static MynacardException Fails(Status status, Action call, string what)
    {
        try { call(); }
        catch (MynacardException error)
        {
            Demand(error.Status == status, what + ": " + status + ", not " + error.Status + " " + error.Code);
            Demand(error.Code.StartsWith("MC-") && error.Staff.Length > 0 && error.Next.Length > 0 && error.Detail.Length > 0, what + ": the sentences of " + error.Code);
            return error;
        }
        Faults.Add(what + ": " + status + ", but it worked");
        return null;
    }

    private static void Throws<T>(Action call, string what) where T : Exception
    {
        try { call(); }
        catch (T) { return; }
        catch (Exception other) { Faults.Add(what + ": " + other.GetType().Name); return; }
        Faults.Add(what + ": " + typeof(T).Name + ", but it worked");
    }

    private static Pin PinOf(string digits) { return new Pin(Encoding.ASCII.GetBytes(digits)); }
    private static byte[] Bytes(string text) { return Encoding.UTF8.GetBytes(text); }

    private static void Pure()
    {
        Library.CheckVersion();
        Demand(Library.Version.Length > 0, "a version");
        Has(Identifier.Judge("insurer-number", "138016"), "\"valid\":true", "00138016");
        Has(Identifier.Judge("insurer-number", "138017"), "\"valid\":false", "MC-4023");
        Has(Identifier.Kinds(), "保険者番号");
        Fails(Status.InvalidArgument, () => Identifier.Judge("no-such", "1"), "an unknown kind");
        Throws<ArgumentException>(() => Identifier.Judge("", "1"), "no kind");
        Has(Guidance.Json("MC-1003"), "暗証番号が違います");
        Has(Guidance.Json(), "MC-9099", "OK-0001");
        Fails(Status.InvalidArgument, () => Guidance.Json("MC-0000"), "an unknown code");
        Has(Answer.FieldsJson(), "\"tag\":\"Name\"");
        // A machine may have no service for readers at all.
        try { Has(Card.ReadersJson(), "["); }
        catch (MynacardException none) { Demand(none.Status == Status.Environment, "no readers: " + none.Code); }

        using (var answer = Answer.FromXml(Bytes(Xml)))
        {
            Demand(answer.Count == 1 && answer.Validity == Validity.Valid && answer.Text("Name") == "医療　太郎" && answer.Text("Remarks1") == null, "the fields");
            Demand(answer.Check() == null, "no check behind a file");
            Throws<ArgumentNullException>(() => Answer.FromXml(null), "no document");
            Fails(Status.InvalidArgument, () => answer.Text("Name", 1), "an insurance that is not there");
            Fails(Status.InvalidArgument, () => answer.Text("NoSuch"), "a tag that is none");
            foreach (Format format in Enum.GetValues(typeof(Format))) Demand(answer.Write(format).Length > 20, "shape " + format);
            Fails(Status.InvalidArgument, () => answer.Write((Format)10), "an unknown shape");
            using (var again = Answer.Read(answer.Write(Format.Json), Document.Json)) Demand(again.Text("Name") == "医療　太郎", "back from JSON");
            using (var again = Answer.Read(answer.Write(Format.Screen), Document.Screen)) Demand(again.Count == 1, "back from the screen");
            using (var again = Answer.Read(answer.Write(Format.XmlShiftJis), Document.Xml)) Demand(again.Text("Name") == "医療　太郎", "back from Shift_JIS");
            Fails(Status.Input, () => Answer.Read(Bytes("{"), Document.Json), "no JSON");
            Has(answer.MatchJson("[{\"key\":\"4711\",\"fields\":{\"Name\":\"医療　太郎\",\"NameKana\":\"ｲﾘｮｳ ﾀﾛｳ\",\"Birthdate\":\"19800217\"}}]"), "\"found\":\"one\"");
            Fails(Status.InvalidArgument, () => answer.MatchJson("[{\"surprise\":1}]"), "charts that are none");
            var insurers = Bytes("保険者番号,委託元保険者名,特定健康診査,特定保健指導\n138016,千代田区,○,\n");
            Has(Checkup.Read(CheckupList.Insurers, insurers), "千代田区");
            Has(Checkup.Read(CheckupList.Institutions, Bytes("健診・保健指導機関番号,実施機関名,集団,個別\n1312345678,クリニック,,○\n")), "クリニック");
            Has(Checkup.Enrol(insurers, answer, "{\"service\":\"checkup\",\"on\":\"20261121\"}"), "\"verdict\":\"covered\"");
            Throws<ArgumentNullException>(() => Checkup.Enrol(insurers, null, "{}"), "nobody to enrol");
            Throws<ArgumentNullException>(() => Checkup.Read(CheckupList.Insurers, null), "no list");
            answer.Dispose();
            answer.Dispose();
            Throws<ObjectDisposedException>(() => answer.Text("Name"), "a disposed answer");
        }
        Fails(Status.Panic, Library.PanicOnPurpose, "a panic");

        Judged();
        var json = Json.Parse("{\"a\":[1,-2.5e3,true,null,\"\\u533B\\n\\\"\"],\"b\":{}}");
        Demand(json["a"].Items.Count == 5 && json["a"].Items[0].Number == 1 && json["a"].Items[2].Truth == true && json["a"].Items[3].IsNull && json["a"].Items[4].Text == "医\n\"", "JSON");
        Demand(json["x"]["y"].IsNull && json.Names.Count == 2 && Json.Parse(Json.Quote("医\n\"\\\u0001")).Text == "医\n\"\\\u0001", "absent members and quoting");
        Demand(Json.Parse(json.Written).Written == json.Written && json.Written.Contains("[1,-2.5e3,true,null,"), "JSON again");
        foreach (var bad in new[] { "", "{", "[1,]", "{\"a\"}", "\"\\x\"", "nul", "1 2", "\"\\u12\"", new string('[', 100) }) Throws<FormatException>(() => Json.Parse(bad), "no JSON: " + bad);
    }

    /// <summary>The same judgements, read.</summary>
    private static void Judged()
    {
        var number = Identifier.Check("insurer-number", "138016");
        Demand(number.IsValid && number.Kind == "insurer-number" && number.Value.EndsWith("138016") && number.Rendered("zeros") == "00138016" && number.Rendered("no") == null && number.Code == null && number.Error == null, "a number: " + number.Written);
        var none = Identifier.Check("insurer-number", "138017");
        Demand(!none.IsValid && none.Code == "MC-4023" && none.Error.Length > 0 && none.Findings != null, "a number that is none: " + none.Written);
        Demand(Array.Exists(Identifier.AllKinds(), one => one.Kind == "insurer-number" && one.Label == "保険者番号"), "the kinds");
        var wrong = Guidance.For("MC-1003");
        Demand(wrong.Code == "MC-1003" && wrong.Class == "card" && wrong.Staff.Japanese.Contains("暗証番号が違います") && wrong.Staff.English.Length > 0 && wrong.Next.ToString().Length > 0 && wrong.Patient != null && Array.IndexOf(wrong.Instead, "online-visual") >= 0, "the sentences: " + wrong.Written);
        Demand(Guidance.All().Length > 100, "all sentences");
        Throws<ArgumentException>(() => Guidance.For(null), "no code");
        Demand(Array.Exists(Answer.Fields(), one => one.Tag == "Name" && one.Label == "氏名" && one.LabelEnglish.Length > 0 && one.Number >= 0), "the fields");
        try { foreach (var reader in Card.ReadersAsync().Result) Demand(reader.Name.Length > 0 && (reader.HasCard || reader.State != ReaderState.Card), "a reader"); }
        catch (AggregateException none2) { Demand(none2.InnerException is MynacardException, "no readers"); }

        using (var answer = Answer.FromXml(Bytes(Xml)))
        {
            var situation = answer.Situation();
            Demand(situation.Meaning == Meaning.Valid && situation.Guidance.Code == "OK-0001" && situation.On == null && situation.Reason == null && !situation.HasNewer && situation.Code == null && situation.Count == null, "what it means: " + situation.Written);
            var known = new Chart("4711") { ReferenceNumber = "0001" };
            known.Fields["Name"] = "医療　太郎";
            known.Fields["NameKana"] = "ｲﾘｮｳ ﾀﾛｳ";
            known.Fields["Birthdate"] = "19800217";
            known.Fields["Address"] = "東京都\"港区\"";
            var stranger = new Chart("4712");
            stranger.Fields["Birthdate"] = "19500101";
            var match = answer.Match(known, stranger);
            Demand(match.Length == 1 && match[0].Found == Found.One && match[0].Charts.Length == 1 && match[0].Charts[0].Key == "4711", "the chart");
            var address = Array.Find(match[0].Charts[0].Differences, one => one.Tag == "Address");
            Demand(address.Outcome == Outcome.Differs && address.Weight == Weight.Note && address.IsOpen && address.Ours == "東京都\"港区\"" && address.Theirs == "東京都千代田区" && address.Proposal == "東京都千代田区", "the address: " + address.Written);
            Demand(answer.Match(stranger)[0].Found == Found.None && answer.Match()[0].Charts.Length == 0, "nobody");
            Throws<ArgumentNullException>(() => answer.Match(null), "no charts");

            var file = Bytes("保険者番号,委託元保険者名,特定健康診査,特定保健指導\n138016,千代田区,○,\n138017,港区,○,\n");
            var insurers = Checkup.ReadInsurers(file);
            var contract = insurers.Contracts[0];
            Demand(contract.Insurer.EndsWith("138016") && contract.Name == "千代田区" && contract.Checkup && !contract.Guidance && !contract.FirstInterview && !contract.QualifiedInvoice && contract.Row == 2 && contract.Remark == null, "a contract: " + contract.Written);
            Demand(Array.Exists(insurers.Findings, one => one.Row == 3 && one.Rule == "check-digit" && one.Column == "保険者番号"), "a finding: " + insurers.Written);
            var clinics = Checkup.ReadInstitutions(Bytes("健診・保健指導機関番号,実施機関名,集団,個別,心電図検査\n1312345678,クリニック,,○,●\n"));
            var clinic = clinics.Institutions[0];
            Demand(clinic.Name == "クリニック" && clinic.Number == "1312345678" && clinic.Setting == "individual" && clinic.Fundus == ExaminationBy.No && clinic.Registered == null && clinic.Row == 2 && !clinic.Active, "an institution: " + clinic.Written);
            var enrolment = Checkup.Enrolments(file, answer, "{\"service\":\"checkup\",\"on\":\"20261121\"}")[0];
            Demand(enrolment.IsAccepted && enrolment.Verdict == EnrolmentVerdict.Covered && enrolment.Row == 2 && enrolment.Evidence == "online-pin" && enrolment.Ticket == null && enrolment.Missing.Length == 0 && enrolment.On == null && enrolment.Insurer.EndsWith("138016"), "enrolled: " + enrolment.Written);
            var guided = Checkup.Enrolments(file, answer, "{\"service\":\"guidance\",\"on\":\"20261121\"}")[0];
            Demand(!guided.IsAccepted && guided.Verdict == EnrolmentVerdict.NotCovered, "not enrolled: " + guided.Written);
        }
        using (var answer = Answer.FromXml(Bytes(Xml.Replace("<QualificationValidity>1<", "<QualificationValidity>3<"))))
            Demand(answer.Situation().Meaning == Meaning.Lost && answer.Situation().HasNewer, "an insurance that has ended: " + answer.Situation().Written);
    }

    /// <summary>What an exception says survives another domain.</summary>
    private static void Serialised()
    {
        MynacardException thrown;
        using (var card = Card.Behind(new VirtualCard("kyokai-self")))
        using (var pin = PinOf("9999")) thrown = Fails(Status.WrongPin, () => card.AttributesJson(pin), "a wrong PIN");
        var info = new System.Runtime.Serialization.SerializationInfo(typeof(MynacardException), new System.Runtime.Serialization.FormatterConverter());
        thrown.GetObjectData(info, new System.Runtime.Serialization.StreamingContext());
        var make = typeof(MynacardException).GetConstructor(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic, null,
            new[] { typeof(System.Runtime.Serialization.SerializationInfo), typeof(System.Runtime.Serialization.StreamingContext) }, null);
        Demand(make != null && typeof(MynacardException).IsSerializable, "made to be carried");
        var back = (MynacardException)make.Invoke(new object[] { info, new System.Runtime.Serialization.StreamingContext() });
        Demand(back.Status == thrown.Status && back.Turn == thrown.Turn && back.Code == thrown.Code && back.TriesLeft == 2 && back.StatusWord == thrown.StatusWord && back.Staff == thrown.Staff && back.Next == thrown.Next
            && back.Patient == thrown.Patient && back.Detail == thrown.Detail && back.Message == thrown.Message, "carried whole");
    }

    private static void Cards()
    {
        var transport = new VirtualCard("kyokai-self");
        using (var card = Card.Behind(transport))
        {
            Has(card.StatusJson(), "\"card\":\"my-number-card\"", "\"authentication\":3");
            Demand(card.TriesLeftAsync().Result == 3, "three tries");
            Has(card.StatusJsonAsync().Result, "my-number-card");
            var der = card.CertificateAsync().Result;
            Has(Certificate.Json(der), "\"verdict\":null");
            Has(Certificate.Json(der, "{\"usage\":\"authentication\",\"hierarchy\":\"simulation\"}"), "not-asked");
            var real = Fails(Status.Peer, () => Certificate.Json(der, "{\"usage\":\"authentication\",\"hierarchy\":\"production\"}"), "a virtual card is no real one");
            Demand(real == null || real.Code.StartsWith("MC-3"), "a code of certificates");
            Throws<ArgumentNullException>(() => Certificate.Json(null), "no certificate");

            var status = card.ReadStatusAsync().Result;
            Demand(status.Kind == CardKind.MyNumberCard && status.Authentication == 3 && status.Signature == 5 && status.InputSupport == 3 && status.Tries("no-such") == null && status.Pins.Count > 5 && status.Has("jpki") && !status.Has("no-such") && status.Open.Length == 0, "the status: " + status.Written);
            var description = Certificate.Describe(der);
            Demand(description.NotAfter > DateTime.UtcNow && description.NotBefore < DateTime.UtcNow && description.Subject.Length > 0 && description.Issuer.Length > 0 && description.Serial.Length > 0 && description.Sha256.Length == 64 && !description.IsAuthority && description.Key.Length > 0 && description.KeyUsage.Length > 0, "a certificate: " + description.Written);
            var verdict = Certificate.Verify(der, CertificateUsage.Authentication, Trust.Simulation);
            Demand(verdict.Revocation == "not-asked" && Array.IndexOf(verdict.Warnings, "revocation-not-asked") >= 0 && verdict.NotAfter == description.NotAfter && verdict.Root.Length > 0 && verdict.At != null, "a verdict: " + verdict.Written);
            var later = Certificate.Verify(der, CertificateUsage.Authentication, Trust.Simulation, description.NotAfter.Value.AddDays(1));
            Demand(Array.IndexOf(later.Warnings, "expired") >= 0 && later.At == description.NotAfter.Value.AddDays(1), "a day after its end: " + later.Written);
            Throws<MynacardException>(() => Certificate.Verify(der, CertificateUsage.Signature, Trust.Simulation), "another usage");
            Throws<MynacardException>(() => Certificate.Verify(der, CertificateUsage.Authentication), "a virtual card is no real one");

            Fails(Status.Caller, () => card.EndRecording(), "no recording");
            card.BeginRecording();
            card.StatusJson();
            var trace = card.EndRecording();
            using (var replayed = Card.FromTrace(trace)) Has(replayed.StatusJson(), "\"authentication\":3");
            Throws<ArgumentNullException>(() => Card.FromTrace(null), "no trace");
            Fails(Status.Input, () => Card.FromTrace(Bytes("x")), "no trace");

            using (var pin = PinOf("1234")) Has(card.AttributesJsonAsync(pin, Sandbox.Authorities).Result, "\"verified\":true");
            using (var pin = PinOf("1234"))
            {
                var person = card.ReadAttributesAsync(pin, Sandbox.Authorities).Result;
                Demand(person.IsVerified && person.Birth == "19800401" && person.Sex != Sex.Other && person.Name.Length > 0 && person.Address.Length > 0, "the attributes: " + person.Written);
            }
            using (var pin = PinOf("9999")) Demand(Fails(Status.WrongPin, () => card.AttributesJson(pin), "a wrong PIN").TriesLeft == 2, "two tries");
            Throws<ArgumentNullException>(() => card.AttributesJson(null), "no PIN");
            using (Pin old = PinOf("1234"), next = PinOf("5678"))
            {
                card.ChangePinAsync(CardPin.Authentication, old, next).Wait();
                Demand(old.Length == 0 && next.Length == 0, "both are gone");
            }
            using (Pin old = PinOf("1234"), next = PinOf("5678")) Demand(Fails(Status.WrongPin, () => card.ChangePin(CardPin.Authentication, old, next), "the former PIN").TriesLeft == 2, "two tries");
            using (Pin old = PinOf("5678"), next = PinOf("1234")) card.ChangePin(CardPin.Authentication, old, next);
            using (var pin = PinOf("1234")) Throws<ArgumentNullException>(() => card.ChangePin(CardPin.Authentication, pin, null), "no new PIN");

            var number = Sandbox.Printed("kyokai-self");
            using (var face = card.ReadFaceAsync(null, number, Sandbox.Authorities).Result)
            {
                Demand(face.Photo.Length > 1000 && face.Name[1] == 'P' && face.Address.Length > 50, "the images");
                Demand(face.Birth == "19800401" && face.Sex != Sex.Other, "birth and sex: " + face.Written);
                Demand(Array.TrueForAll(number, digit => digit == 0), "the number is cleared");
                face.Dispose();
                Demand(Array.TrueForAll(face.Photo, one => one == 0), "the photo is cleared");
            }
            var wrong = Sandbox.Printed("kokuho");
            Demand(Fails(Status.WrongPin, () => card.ReadFace(null, wrong, Sandbox.Authorities), "another card's number").Code == "MC-1027", "a try of 照合番号B");
            Throws<ArgumentNullException>(() => card.ReadFace(null, null, "{}"), "no number");
            card.WaitRemovedAsync(TimeSpan.Zero).Wait(); // in no reader, so gone at once
            card.Dispose();
            Throws<ObjectDisposedException>(() => card.TriesLeft(), "a disposed card");
        }
        Demand(transport.Disposed == 1, "destroy once");
        Throws<ArgumentNullException>(() => Card.Behind(null), "no transport");
        Throws<TimeZoneNotFoundException>(() => Card.Behind(new NoLimits()), "limits that throw");
        Throws<MynacardException>(() => Card.WaitAsync("no such reader", TimeSpan.Zero).GetAwaiter().GetResult().Dispose(), "no such reader");

        using (var pin = new Pin())
        {
            foreach (var digit in "123") pin.Push(digit);
            pin.Erase();
            Demand(pin.Length == 2, "one digit back");
            pin.Erase(true);
            Demand(pin.Length == 0, "all digits back");
            Throws<ArgumentOutOfRangeException>(() => pin.Push('x'), "no digit");
            pin.Dispose();
            Throws<ObjectDisposedException>(() => pin.Push('1'), "a disposed PIN");
        }
        using (var cancel = new Cancel())
        {
            Demand(!cancel.IsStopped, "not stopped");
            cancel.Stop();
            Demand(cancel.IsStopped, "stopped");
            using (var card = Card.Behind(new VirtualCard("kyokai-self"))) Fails(Status.Cancelled, () => card.StatusJson(cancel), "a cancelled call");
        }
    }

    /// <summary>A token of .NET stops a call as well.</summary>
    private static void Tokens()
    {
        var transport = new VirtualCard("kyokai-self");
        using (var source = new CancellationTokenSource())
        using (var cancel = Cancel.From(source.Token))
        using (var card = Card.Behind(transport))
        {
            transport.BeforeCommand = source.Cancel;
            Fails(Status.Cancelled, () => card.StatusJson(cancel), "stopped by a token");
            Demand(cancel.IsStopped, "stopped");
        }
        using (var source = new CancellationTokenSource())
        {
            Cancel.From(source.Token).Dispose();
            source.Cancel(); // what is disposed is not touched
            using (var late = Cancel.From(source.Token)) Demand(late.IsStopped, "stopped before");
        }
    }

    private static Terminal Registered(string name)
    {
        var activation = new byte[16 + 64 + 160];
        if (Sandbox.mynacard_sandbox_issue_activation(sandbox, activation) != 0) throw new IOException("no activation");
        Func<int, string> field = at => Encoding.ASCII.GetString(activation, at, Array.IndexOf(activation, (byte)0, at) - at);
        user = new[] { field(0), field(16), field(80) };
        var asked = new Registration { InstitutionCode = user[0], Id = user[1], ActivationCode = user[2], Path = Path.Combine(folder, name), Passcode = "passcode-1", TermsAccepted = true };
        // Its answer gets lost, and the same once more delivers the same registration.
        Sandbox.mynacard_sandbox_lose_answers(sandbox, 1);
        Demand(Fails(Status.Environment, () => Terminal.Register(service, asked), "a lost registration").Code == "MC-6013", "a lost answer");
        Sandbox.mynacard_sandbox_lose_answers(sandbox, 0);
        return Terminal.RegisterAsync(service, asked).Result;
    }

    private static void Terminals()
    {
        Throws<ArgumentNullException>(() => Terminal.Register(null, new Registration()), "no service");
        Throws<ArgumentNullException>(() => Terminal.Register(service, null), "no registration");
        Throws<ArgumentNullException>(() => Terminal.Activate(null, "1", "2", "3", true), "no service");
        using (var terminal = Registered("first.vault"))
        {
            var details = terminal.Details();
            Demand(details.InstitutionCode == user[0] && details.VisualCheckAllowed && details.NotAfter > DateTime.UtcNow && details.Name.Length > 0 && details.InstitutionName.Length > 0, "the details");
            Has(terminal.SwitchVisualCheck(true).Written, "\"visual_check\":\"on\"");
            Has(terminal.SwitchVisualCheck(false).Written, "\"visual_check\":\"off\"");
            Demand(terminal.RenewAsync(service).Result.NotAfter > DateTime.UtcNow, "renewed");
            terminal.StoreAsync(Path.Combine(folder, "first.vault"), Bytes("passcode-2")).Wait();
            Fails(Status.Caller, () => terminal.Store(Path.Combine(folder, "keys.vault"), ""), "neither passcode nor key");
            KeyStore.Set(id => { var key = new byte[32]; id.CopyTo(key, 0); return key; });
            terminal.Store(Path.Combine(folder, "keys.vault"), "");
            Terminal.Open(Path.Combine(folder, "keys.vault"), "").Dispose();
            byte[] shortKey = { 1, 2, 3 };
            KeyStore.Set(id => shortKey);
            Throws<MynacardException>(() => Terminal.Open(Path.Combine(folder, "keys.vault"), "").Dispose(), "a key of another length");
            Demand(Array.TrueForAll(shortKey, one => one == 0), "and it is cleared all the same");
            KeyStore.Set(id => { throw new TimeZoneNotFoundException(); });
            Throws<MynacardException>(() => Terminal.Open(Path.Combine(folder, "keys.vault"), "").Dispose(), "a key store that fails");
            KeyStore.Set(null);
        }
        Throws<MynacardException>(() => Terminal.Open(Path.Combine(folder, "first.vault"), "passcode-1").Dispose(), "the former passcode");
        using (var terminal = Terminal.OpenAsync(Path.Combine(folder, "first.vault"), Bytes("passcode-2")).Result)
        {
            Has(Doctor.JsonAsync(service, terminal).Result, "terminal-certificate");
            var report = Doctor.ExamineAsync(service, terminal).Result;
            Demand(report.Part("service").State == Health.Good && report.Part("service").Facts["environment"].Text == "sandbox" && report.Part("terminal-certificate").State != Health.Bad && report.Part("audit").State == Health.Unknown && !report.IsComplete && report.Part("no-such") == null && report.Parts.Length > 4, "the doctor: " + report.Written);
            // This service came as PEM; DER is the same, and two certificates are none.
            var der = new Service { Url = service.Url, Root = Der(service.Root), Trust = Trust.Simulation, Direct = true };
            Demand(Doctor.Examine(der, terminal).Part("service").State == Health.Good, "a root in DER");
            var both = new Service { Url = service.Url, Root = service.Root.Concat(service.Root).ToArray(), Trust = Trust.Simulation, Direct = true };
            Demand(Fails(Status.InvalidArgument, () => Doctor.Json(both, terminal), "two roots").Detail.Contains("not one certificate"), "and that is said");
            var readers = report.Part("readers");
            Demand(readers.State == Health.Good || readers.State == Health.Unknown || readers.Code == null || readers.Guidance.Code == readers.Code, "a part that is bad: " + readers.Written);
            Has(Doctor.Json(), "\"complete\":false");
            Throws<ArgumentNullException>(() => terminal.Renew(null), "no service");
            Demand(terminal.Details().VisualCheck == false && terminal.Details().IsKept, "kept: " + terminal.Details().Written);
            var removal = terminal.RemoveAsync(service).Result;
            Demand(removal.Terminal.Length > 0 && removal.AuditLines == null && removal.AuditFingerprint == null && removal.AuditNote == null && removal.AuditNotClosed == null, "removed: " + removal.Written);
            Fails(Status.Caller, () => terminal.Renew(service), "a removed terminal");
        }
    }

    private static void Desks()
    {
        var events = new List<string>();
        var audit = Path.Combine(folder, "audit");
        using (var terminal = Registered("desk.vault"))
        {
            terminal.SwitchVisualCheck(true, audit);
            var options = new DeskOptions { VisualCheck = true, AuditFolder = audit, Audit = json => { lock (events) events.Add(json); } };
            var transport = new VirtualCard("kyokai-self");
            using (var card = Card.Behind(transport))
            using (var desk = new Desk(service, terminal, options, step => { }))
            {
                ByPin(desk, card);
                Lost(desk, card);
                BySight(desk, card);
                Home(desk, card);
                Busy(desk, card, transport);
                Reentered(desk, card, transport);
                Thrown(desk, card, transport);
                Cancelled(desk, card, transport);
                using (var check = desk.Prepare()) Throws<MynacardException>(() => check.ByKeypadAsync(card).GetAwaiter().GetResult().Dispose(), "no keypad");
            }
            Demand(transport.Disposed == 1, "destroy once");
            Demand(events.Exists(one => one.Contains("\"event\":\"shown\"")) && events.Exists(one => one.Contains("\"event\":\"dropped\"")), "the events");
            Has(AuditTrail.Json(terminal, audit), "\"whole\":true", "\"event\":\"shown\"");
            var trail = AuditTrail.VerifyAsync(terminal, audit, 1000).Result;
            Demand(trail.IsWhole && trail.Files == 1 && trail.Lines == trail.Events.Length && trail.Fingerprint.Length > 0 && trail.Findings.Length == 0 && trail.More == 0 && trail.Closed.Length == 0 && trail.Note == null, "the trail: " + trail.Written);
            Demand(Array.Exists(trail.Events, one => one.Event == "shown" && one.Number > 0 && one.At > DateTime.UtcNow.AddHours(-1)), "an event");
            Broken(terminal, audit);
            Throws<ArgumentOutOfRangeException>(() => AuditTrail.Json(terminal, audit, -1), "fewer than none");
            Audited(terminal);
            Dropped(terminal);
        }
        Throws<MynacardException>(() => new Desk(new Service(), Activated()).Dispose(), "a service without an address");
        Throws<ArgumentNullException>(() => new Desk(service, null).Dispose(), "no terminal");
    }

    private static Terminal Activated()
    {
        var activation = new byte[16 + 64 + 160];
        Sandbox.mynacard_sandbox_issue_activation(sandbox, activation);
        Func<int, string> field = at => Encoding.ASCII.GetString(activation, at, Array.IndexOf(activation, (byte)0, at) - at);
        var terminal = Terminal.Activate(service, field(0), field(16), field(80), true);
        Forgotten.Add(terminal);
        return terminal;
    }

    /// <summary>A trail that somebody altered.</summary>
    private static void Broken(Terminal terminal, string audit)
    {
        var file = Directory.GetFiles(audit, "*.jsonl")[0];
        var former = File.ReadAllText(file);
        File.WriteAllText(file, former.Replace("\"shown\"", "\"drawn\""));
        var trail = AuditTrail.Verify(terminal, audit);
        Demand(!trail.IsWhole && trail.Findings.Length > 0 && trail.Findings[0].File == Path.GetFileName(file) && trail.Findings[0].Line > 0 && trail.Findings[0].Damage.Length > 0, "an altered trail: " + trail.Written);
        File.WriteAllText(file, former);
    }

    /// <summary>What an audit function throws when an answer leaves the screen is nobody's, and no later call's either.</summary>
    private static void Dropped(Terminal terminal)
    {
        var fails = false;
        var options = new DeskOptions { Audit = json => { if (fails) throw new TimeZoneNotFoundException("full"); } };
        using (var desk = Desk.OpenAsync(service, terminal, options).Result)
        using (var card = Card.Behind(new VirtualCard("kyokai-self")))
        {
            using (var check = desk.Prepare())
            using (var pin = PinOf("1234"))
            {
                var answer = check.ByPin(card, pin);
                fails = true;
                answer.Dispose();
                fails = false;
                Fails(Status.Caller, () => check.Confirm("staff-07"), "a check by PIN has nobody to confirm");
                Fails(Status.Caller, () => check.BySight(card), "and is over");
            }
            Fails(Status.InvalidArgument, () => desk.Home("{\"do\":\"dance\"}"), "what nobody does");
        }
    }

    private static void ByPin(Desk desk, Card card)
    {
        using (var check = desk.PrepareAsync(Purpose.Visiting, consents: Consents.Medicines | Consents.Treatment).Result)
        using (var pin = PinOf("1234"))
        {
            Throws<ArgumentNullException>(() => check.ByPin(null, pin), "no card");
            Throws<ArgumentNullException>(() => check.ByPin(card, null), "no PIN");
            using (var answer = check.ByPinAsync(card, pin).Result)
            {
                var record = answer.Check();
                Demand(record.Evidence == "online-pin" && record.Registered && record.CheckId.Length > 0 && record.Certificate == "good" && record.CardExchanges > 0 && record.Guidance.Length > 0, "the record");
                Demand(Math.Abs((record.CheckedAt - DateTime.UtcNow).TotalMinutes) < 10, "when");
                Has(desk.Home("{\"do\":\"register\",\"reference\":\"0001\",\"care\":\"visiting\",\"kinds\":[\"medicines\",\"treatment\"]}", answer), "\"state\":\"active\"");
            }
            using (var second = PinOf("1234")) Fails(Status.Caller, () => check.ByPin(card, second), "a check serves once");
        }
    }

    private static void Lost(Desk desk, Card card)
    {
        using (var check = desk.Prepare())
        using (var pin = PinOf("1234"))
        {
            Fails(Status.Caller, () => check.DeliverAgain(), "nothing to be delivered");
            Sandbox.mynacard_sandbox_lose_answers(sandbox, 1);
            Demand(Fails(Status.Environment, () => check.ByPin(card, pin), "a lost answer").Code == "MC-6013", "a lost answer");
            Sandbox.mynacard_sandbox_lose_answers(sandbox, 0);
            using (var answer = check.DeliverAgainAsync().Result) Demand(answer.Validity == Validity.Valid, "delivered");
        }
    }

    private static void BySight(Desk desk, Card card)
    {
        using (var check = desk.Prepare(method: Method.Visual))
        {
            Fails(Status.Caller, () => check.Confirm("staff-07"), "nobody tapped");
            using (var face = card.ReadFace(check, Sandbox.Printed("kyokai-self"), Sandbox.Authorities)) Demand(face.Photo.Length > 1000, "the photo");
            check.Confirm("staff-07");
            using (var answer = check.BySightAsync(card).Result) Demand(answer.Check().Evidence == "online-visual", "by sight");
        }
        using (var check = desk.Prepare(method: Method.Visual))
        {
            check.TapAsync(card).Wait();
            Fails(Status.Caller, () => check.BySight(card), "nobody confirmed");
        }
    }

    private static void Home(Desk desk, Card card)
    {
        using (var answer = desk.RequeryAsync("0001").Result) Demand(answer.Text("Name") == "医療　太郎", "the requery");
        Has(desk.HomeAsync("{\"do\":\"list\",\"care\":\"visiting\",\"by\":\"visit-date\"}").Result, "0001");
        Fails(Status.InvalidArgument, () => desk.Home("{\"do\":\"dance\"}"), "what nobody does");
        var number = Json.Parse(desk.Home("{\"do\":\"submit\",\"care\":\"visiting\",\"by\":\"visit-date\"}"))["reception_number"].Text;
        for (var turn = 0; turn < 200 && desk.Home("{\"do\":\"poll\",\"reception_number\":" + Json.Quote(number) + "}").Contains("in-progress"); turn++) Thread.Sleep(100);
        var patients = new List<string>();
        Has(desk.DownloadAsync(number, patients.Add).Result, "\"patients\":1");
        Demand(patients.Count == 1 && patients[0].Contains("医療　太郎"), "the patient");
        using (var answer = Answer.Read(Bytes(Json.Parse(patients[0])["answer"].Written), Document.Json)) Demand(answer.Text("Name") == "医療　太郎", "the patient's answer");
        Throws<InvalidOperationException>(() => desk.Download(number, one => { throw new InvalidOperationException(); }), "a function that throws");
        Throws<ArgumentNullException>(() => desk.Download(number, null), "no function");
        Consented(desk, card);
    }

    /// <summary>The same, read.</summary>
    private static void Consented(Desk desk, Card card)
    {
        var today = DateTime.UtcNow.AddHours(9).Date;
        var listed = desk.ListConsents(new ConsentQuery { From = today.AddDays(-1), To = today.AddDays(1) });
        Demand(listed.Length == 1 && listed[0].Reference == "0001" && listed[0].Kinds == (Consents.Medicines | Consents.Treatment) && listed[0].Care == Care.Visiting && listed[0].State == ConsentState.Active
            && listed[0].GivenAt > DateTime.UtcNow.AddHours(-1) && listed[0].EndsAt > DateTime.UtcNow && listed[0].Visit != null && listed[0].Reason == null, "a consent: " + (listed.Length > 0 ? listed[0].Written : "none"));
        Demand(desk.ListConsents(new ConsentQuery { Care = Care.Online, By = DayOf.Consent }).Length == 0, "none online");
        Demand(desk.ChangeConsent("0001", Consents.Medicines).Kinds == Consents.Medicines, "narrowed");
        Demand(desk.InquireConsent("0001").Kinds == Consents.Medicines, "still narrow");
        var number = desk.SubmitBulk(new ConsentQuery { LimitApplication = true });
        var state = BulkState.InProgress;
        for (var turn = 0; turn < 200 && state == BulkState.InProgress; turn++)
        {
            state = desk.PollBulk(number);
            Thread.Sleep(50);
        }
        var patients = new List<BulkPatient>();
        var download = desk.DownloadPatients(number, patients.Add);
        Demand(state == BulkState.Finished && download.State == BulkState.Finished && download.Patients == 1 && patients.Count == 1 && patients[0].Reference == "0001" && patients[0].Error == null, "a bulk query: " + download.Written);
        using (var answer = Answer.Read(Bytes(patients[0].AnswerJson), Document.Json)) Demand(answer.Text("Name") == "医療　太郎", "the patient's answer, read");
        Throws<TimeZoneNotFoundException>(() => desk.DownloadPatients(number, one => { throw new TimeZoneNotFoundException(); }), "a function that throws");
        var ended = desk.CancelConsent("0001", CancelledBy.ChangeOfUse);
        Demand(ended.State == ConsentState.Cancelled && ended.Reason == "change-of-use", "cancelled: " + ended.Written);
        Throws<MynacardException>(() => desk.CancelConsent("0009", CancelledBy.Patient), "nobody's consent");
        using (var check = desk.Prepare(Purpose.Visiting, consents: Consents.Checkups))
        using (var pin = PinOf("1234"))
        using (var answer = check.ByPin(card, pin))
        {
            var given = desk.RegisterConsent(answer, "0002", Care.Visiting, Consents.Checkups, today);
            Demand(given.Reference == "0002" && given.Visit == today && given.State == ConsentState.Active, "registered: " + given.Written);
            Demand(desk.CancelConsent("0002", CancelledBy.Institution).Reason == "institution", "cancelled again");
            Throws<ArgumentNullException>(() => desk.RegisterConsent(null, "0003", Care.Visiting, Consents.Checkups), "no answer");
        }
    }

    /// <summary>Two threads and one card: the second is told at once.</summary>
    private static void Busy(Desk desk, Card card, VirtualCard transport)
    {
        using (var reached = new ManualResetEvent(false))
        using (var gate = new ManualResetEvent(false))
        {
            transport.BeforeCommand = () => { reached.Set(); gate.WaitOne(30000); };
            var first = Task.Run(() => card.TriesLeft());
            Demand(reached.WaitOne(30000), "the card is spoken to");
            Fails(Status.Busy, () => card.TriesLeft(), "two threads and one card");
            transport.BeforeCommand = null;
            gate.Set();
            Demand(first.Result == 3, "the first goes on");
        }
        // What the first one's transport threw is the first one's, though the second asks while it is kept.
        using (var thrown = new ManualResetEvent(false))
        using (var gate = new ManualResetEvent(false))
        {
            transport.BeforeCommand = () => { throw new TimeZoneNotFoundException("mine"); };
            transport.AtEnd = () => { thrown.Set(); gate.WaitOne(30000); };
            var first = Task.Run(() => card.StatusJson());
            Demand(thrown.WaitOne(30000), "the transport threw");
            Fails(Status.Busy, () => card.TriesLeft(), "two threads and one card");
            transport.BeforeCommand = transport.AtEnd = null;
            gate.Set();
            try { first.Wait(); Faults.Add("a transport that throws"); }
            catch (AggregateException all) { Demand(all.InnerException is TimeZoneNotFoundException, "its own exception, not " + all.InnerException.GetType().Name); }
        }
    }

    /// <summary>A callback may cancel and free, and nothing else.</summary>
    private static void Reentered(Desk desk, Card card, VirtualCard transport)
    {
        var inside = new List<Exception>();
        transport.BeforeCommand = () =>
        {
            try { Card.ReadersJson(); } catch (MynacardException error) { inside.Add(error); }
            try { card.TriesLeft(); } catch (MynacardException error) { inside.Add(error); }
        };
        Demand(card.TriesLeft() == 3, "the call goes on");
        transport.BeforeCommand = null;
        Demand(inside.Count >= 2 && inside.TrueForAll(error => ((MynacardException)error).Status == Status.Reentrant), "re-entering is refused");
    }

    private static void Thrown(Desk desk, Card card, VirtualCard transport)
    {
        transport.BeforeCommand = () => { throw new TimeZoneNotFoundException("mine"); };
        try { card.StatusJson(); Faults.Add("what a callback throws comes out"); }
        catch (TimeZoneNotFoundException mine) { Demand(MynacardException.Behind(mine) != null && MynacardException.Behind(mine).Code.StartsWith("MC-"), "the library's view of it"); }
        transport.BeforeCommand = null;
        Demand(card.TriesLeft() == 3, "the next call is its own");
    }

    private static void Cancelled(Desk desk, Card card, VirtualCard transport)
    {
        using (var cancel = new Cancel())
        using (var check = desk.Prepare())
        using (var pin = PinOf("1234"))
        {
            transport.BeforeCommand = cancel.Stop;
            Fails(Status.Cancelled, () => check.ByPin(card, pin, cancel), "stopped by a callback");
            transport.BeforeCommand = null;
            Demand(pin.Length == 0, "the PIN is gone");
        }
    }

    /// <summary>What cannot be audited is not shown, and the program's own exception says why.</summary>
    private static void Audited(Terminal terminal)
    {
        var options = new DeskOptions { Audit = json => { throw new TimeZoneNotFoundException("full"); } };
        using (var desk = new Desk(service, terminal, options))
        using (var card = Card.Behind(new VirtualCard("kyokai-self")))
        using (var check = desk.Prepare())
        using (var pin = PinOf("1234"))
            Throws<TimeZoneNotFoundException>(() => check.ByPin(card, pin).Dispose(), "an audit that keeps nothing");
    }

    private static void Folders()
    {
        string req = Path.Combine(folder, "req"), res = Path.Combine(folder, "res"), face = Path.Combine(folder, "face");
        foreach (var one in new[] { req, res, face }) Directory.CreateDirectory(one);
        const string ask = "{\"institution\":\"1312345679\",\"insurer\":\"06130488\",\"number\":\"12345\",\"birth\":\"19800217\",\"day\":\"20261121\"}";
        Throws<ArgumentNullException>(() => new Exchange(null), "no folders");
        Fails(Status.InvalidArgument, () => new Exchange(new ExchangeFolders()), "no folders");
        using (var exchange = new Exchange(new ExchangeFolders { Requests = req, Answers = res, Journal = Path.Combine(folder, "journal"), ShiftJis = true }))
        {
            Fails(Status.InvalidArgument, () => exchange.Submit("{}"), "an empty question");
            var name = exchange.Submit(ask);
            Demand(File.Exists(Path.Combine(req, name)), "the request");
            string request;
            Fails(Status.Timeout, () => exchange.Next(out request, TimeSpan.Zero), "no answer yet");
            File.WriteAllText(Path.Combine(res, name.Replace("req_", "res_")), Xml.Replace("<MessageHeader/>", "<MessageHeader><SegmentOfResult>1</SegmentOfResult></MessageHeader>"), new UTF8Encoding(false));
            var next = exchange.NextAsync(TimeSpan.FromSeconds(20)).Result;
            using (next.Value) Demand(next.Key == name && next.Value.Count == 1, "the answer to " + name + ", not " + next.Key);
            Demand(exchange.Manage("{\"do\":\"requests\"}").Contains(name), "what was asked");
            var people = 0;
            var read = "{\"do\":\"read\",\"name\":\"" + name + "\"}";
            Demand(exchange.Manage(read, person => people++).Contains("\"outcome\":\"finished\""), "what the answer says");
            Fails(Status.InvalidArgument, () => exchange.Manage("{\"do\":\"dance\"}"), "nothing to be done");
            exchange.Finish(name);
            Fails(Status.Caller, () => exchange.Manage(read), "a finished answer");
            exchange.GiveUp(exchange.Submit(ask));
            Fails(Status.InvalidArgument, () => exchange.Finish("no-request"), "no request");
        }
        using (var faces = new FaceFolder(face))
        {
            File.WriteAllText(Path.Combine(face, "OQSsiquc01res_face_C3_20261120103000.xml"), Xml, new UTF8Encoding(false));
            string name;
            using (var answer = faces.Next(out name, TimeSpan.FromSeconds(20))) Demand(name.StartsWith("OQSsiquc01res_face") && answer.Count == 1, "the face file");
            using (var cancel = new Cancel())
            {
                cancel.Stop();
                Fails(Status.Cancelled, () => faces.NextAsync(null, cancel).GetAwaiter().GetResult(), "a cancelled wait");
            }
        }
    }

    /// <summary>A connection and a provider of the program's own, and what becomes of a check when they fail.</summary>
    private static void Lines()
    {
        var line = new OwnLine(sandbox);
        var own = new Service { Trust = Trust.Simulation, Carrier = line };
        var activation = new byte[16 + 64 + 160];
        Sandbox.mynacard_sandbox_issue_activation(sandbox, activation);
        Func<int, string> field = at => Encoding.ASCII.GetString(activation, at, Array.IndexOf(activation, (byte)0, at) - at);
        var provider = new OwnProvider(line);
        using (var terminal = Terminal.Activate(own, field(0), field(16), field(80), true))
        using (var card = Card.Behind(new VirtualCard("kyokai-self")))
        {
            Demand(line.Calls > 0, "the activation went over it");
            Has(Doctor.Json(own, terminal), "\"name\":\"service\"");
            using (var desk = new Desk(own, terminal, new DeskOptions { VisualCheck = true, Pinless = provider }))
            {
                using (var check = desk.Prepare())
                using (var pin = PinOf("1234"))
                using (var answer = check.ByPin(card, pin)) Demand(answer.Validity == Validity.Valid && line.Keys > 0, "a check over it");
                Sighted(desk, card);
                Demand(provider.Steps > 1, "the provider was asked");
                provider.Refuses = true;
                Demand(Fails(Status.Peer, () => Sighted(desk, card), "a provider that refuses").Code == "MC-5026", "a refusal");
                provider.Throws = true;
                Throws<TimeZoneNotFoundException>(() => Sighted(desk, card), "a provider that throws");
                Fail(line, desk, card);
            }
        }
        line.Destroy();
    }

    private static void Sighted(Desk desk, Card card)
    {
        using (var check = desk.Prepare(method: Method.Visual))
        {
            check.Tap(card);
            check.Confirm("staff-07");
            using (var answer = check.BySight(card)) Demand(answer.Check().Evidence == "online-visual", "by sight over it");
        }
    }

    private static void Fail(OwnLine line, Desk desk, Card card)
    {
        using (var check = desk.Prepare())
        using (var pin = PinOf("1234"))
        {
            line.Instead = operation => Carried.NotSent;
            var unsent = Fails(Status.Environment, () => check.ByPin(card, pin), "not sent");
            Demand(unsent.Code != "MC-6013", "nothing was sent: not " + unsent.Code);
        }
        using (var check = desk.Prepare())
        using (var pin = PinOf("1234"))
        {
            line.Instead = operation => { throw new TimeZoneNotFoundException("mine"); };
            Throws<TimeZoneNotFoundException>(() => check.ByPin(card, pin), "a line that throws");
            line.Instead = operation => null;
            Demand(Fails(Status.Environment, () => check.DeliverAgain(), "a lost answer").Code == "MC-6013", "a lost answer");
            line.Instead = operation => new Carried(200, Bytes("nonsense"));
            Fails(Status.Input, () => check.DeliverAgain(), "nonsense");
            line.Instead = null;
            using (var answer = check.DeliverAgain()) Demand(answer.Validity == Validity.Valid, "delivered");
        }
    }

    private static void Logged()
    {
        var lines = new List<string>();
        Log.Set((level, line) => { lock (lines) lines.Add(level + line); throw new InvalidOperationException(); }, 5);
        Desks();
        Log.Set(null);
        int count;
        lock (lines) count = lines.Count;
        Demand(count > 3 && !lines.Exists(line => line.Contains("1234") || line.Contains("31323334")), "lines without a PIN");
        using (var card = Card.Behind(new VirtualCard("kyokai-self"))) card.StatusJson();
        Demand(lines.Count == count, "no line after the last");
        Fails(Status.InvalidArgument, () => Log.Set((level, line) => { }, 6), "an unknown level");
    }

    /// <summary>As the sandbox writes it with --ca-file, with lines of Windows.</summary>
    private static byte[] Pem(byte[] der)
    {
        return Bytes("-----BEGIN CERTIFICATE-----\r\n" + Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks) + "\r\n-----END CERTIFICATE-----\r\n");
    }

    private static byte[] Der(byte[] pem)
    {
        var lines = Encoding.ASCII.GetString(pem).Split('\n').Where(line => !line.StartsWith("-----"));
        return Convert.FromBase64String(string.Concat(lines));
    }

    private static int Main(string[] arguments)
    {
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
        folder = arguments[0];
        sandbox = Sandbox.mynacard_sandbox_start();
        UIntPtr size;
        var pointer = Sandbox.mynacard_sandbox_root(sandbox, out size);
        var root = new byte[(int)size.ToUInt64()];
        Marshal.Copy(pointer, root, 0, root.Length);
        service = new Service { Url = Marshal.PtrToStringAnsi(Sandbox.mynacard_sandbox_url(sandbox)), Root = Pem(root), Trust = Trust.Simulation, Direct = true, Timeout = TimeSpan.FromSeconds(20), AllowTls12 = true };
        Pure();
        Cards();
        Serialised();
        Tokens();
        Terminals();
        Logged();
        Folders();
        Lines();
        for (var one = 0; one < 3000; one++)
        {
            // Some are found by the collector, some are left to the end of the process.
            Forgotten.Add(Card.Behind(new NoCard()));
            Card.Behind(new NoCard());
        }
        Forgotten.Add(new Desk(service, (Terminal)Forgotten[0], null, step => { }).Prepare());
        foreach (var fault in Faults) Console.Error.WriteLine("expected: " + fault);
        Sandbox.mynacard_sandbox_stop(sandbox);
        if (Faults.Count > 0) return 1;
        Console.WriteLine("done");
        return 0;
    }
}
